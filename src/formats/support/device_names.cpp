#include "formats/support/device_names.hpp"

#include <algorithm>
#include <array>

#include "formats/support/heading_kinds.hpp"
#include "formats/support/heading_words.hpp"

namespace joulecast::formats {

using trace::Component;

std::string name_in(std::string_view heading) {
  static constexpr std::array<std::string_view, 85> no_names{
      "power",    "pwr",        "draw",    "usage",   "consumption", "energy",     "w",        "watt",
      "watts",    "mw",         "kw",      "uw",      "milliwatt",   "milliwatts", "j",        "joule",
      "joules",   "kj",         "mj",      "uj",      "wh",          "kwh",        "total",    "sum",
      "all",      "whole",      "overall", "mean",    "avg",         "average",    "combined", "gpu",
      "gpus",     "cuda",       "card",    "dram",    "ram",         "cpu",        "cpus",     "package",
      "pkg",      "socket",     "node",    "system",  "sys",         "server",     "wall",     "psu",
      "platform", "board",      "plug",    "machine", "host",        "main",       "chassis",  "instant",
      "current",  "reading",    "value",   "sensor",  "smoothed",    "raw",        "measured", "median",
      "filtered", "calibrated", "nvml",    "smi",     "nvidia",      "rapl",       "input",    "in",
      "of",       "the",        "chip",    "slot",    "pcie",        "pci",        "pin",      "memory",
      "mem",      "vram",       "hbm",     "core",    "soc"};
  return HeadingWords(heading).name_without(no_names);
}

std::optional<Component> named_kind(std::string_view heading) {
  return named_component(HeadingWords(heading));
}

bool is_place_name(std::string_view name) {
  static constexpr std::array<std::string_view, 27> places{
      "left",  "right", "top",     "bottom",    "upper", "lower", "front", "rear",   "back",
      "inner", "outer", "primary", "secondary", "north", "south", "east",  "west",   "alpha",
      "beta",  "gamma", "first",   "second",    "third", "one",   "two",   "middle", "center"};
  return (name.size() == 1 && name.front() >= 'a' && name.front() <= 'z') ||
         std::ranges::find(places, name) != places.end();
}

bool is_of_another_run(std::string_view heading, std::string_view other) {
  const auto run = prefix_of_run(heading);
  return !run.empty() && !prefix_of_run(other).empty() && run != prefix_of_run(other);
}

NamedDevice named_device(std::string_view device) {
  const HeadingWords words(device);
  NamedDevice named;
  named.is_no_power =
      !is_power(words) && words.any({"util", "utilization", "utilisation", "temp", "temperature", "clock",
                                     "clk", "freq", "frequency", "fan", "percent", "pct", "%", "used"});
  const bool of_package = words.any({"cpu", "package", "pkg", "socket", "processor"});
  if (words.any({"psys"}) || words.only({"mean", "avg", "average", "median"}) || device == "-1" ||
      is_share(words)) {
    named.overlaps_others = true;
  } else if (words.any({"gpu", "gpus", "cuda"}) || !words.model().empty()) {
    named.component = Component::gpu;
  } else if (words.any({"dram", "ram", "ddr", "dimm", "memory", "mem"})) {
    named.component = Component::dram;
  } else if (of_package || !rail_of(words).empty()) {
    named.component = Component::cpu;
    named.rail = rail_of(words);
  } else if (words.any({"total", "system", "wall", "psu", "chassis", "mains", "platform", "bmc", "ipmi",
                        "dcmi", "pdu", "meter", "external", "outlet", "plug"}) ||
             words.only(
                 {"all", "sum", "overall", "combined", "node", "server", "machine", "host", "ac", "board"})) {
    named.component = Component::node;
  } else if (!machine_part(words).empty()) {
    named.component = Component::other;
  }
  if (named.component == Component::cpu && of_package && words.number() != "0") named.number = words.number();
  return named;
}

}  // namespace joulecast::formats
