#include "formats/support/heading_kinds.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/support/log_units.hpp"

namespace joulecast::formats {

using trace::Component;
using trace::Quantity;

std::optional<Component> named_component(const HeadingWords& words) {
  if (is_share(words)) return Component::other;
  if (!words.model().empty() || words.any({"gpu", "gpus", "cuda", "card", "accelerator", "dcgm", "nvidia",
                                           "nvml", "smi", "geforce", "radeon", "dgpu", "vgpu"}))
    return Component::gpu;
  if (words.any({"dram", "ram", "ddr", "dimm"})) return Component::dram;
  if (words.any(
          {"cpu", "cpus", "package", "pkg", "socket", "processor", "rapl", "xeon", "grace", "epyc", "ryzen"}))
    return Component::cpu;
  if (!machine_part(words).empty()) return Component::other;
  if (words.any({"node",     "system", "sys",     "total",     "server",     "wall",     "psu",
                 "platform", "board",  "plug",    "machine",   "host",       "main",     "mains",
                 "chassis",  "rack",   "pdu",     "outlet",    "all",        "sum",      "bmc",
                 "supply",   "ups",    "shelly",  "kasa",      "tapo",       "tasmota",  "fritz",
                 "ac",       "ipmi",   "dcmi",    "redfish",   "meter",      "external", "inlet",
                 "combined", "whole",  "overall", "wattmeter", "powermeter", "smartplug"}))
    return Component::node;
  return std::nullopt;
}

std::string machine_part(const HeadingWords& words) {
  static constexpr std::array<std::string_view, 16> parts{
      "fan",     "fans", "ssd",  "nvme",        "hdd", "disk",    "disks",      "nic",
      "network", "pump", "mobo", "motherboard", "ane", "display", "infiniband", "cooling"};
  for (const auto part : parts)
    if (words.any({part})) return std::string(part) + words.number();
  return "";
}

bool is_no_reading(const HeadingWords& words) {
  return words.any({"min",        "minimum",    "default",  "management", "state",   "factor",   "source",
                    "mode",       "limited",    "reason",   "std",        "stddev",  "stdev",    "var",
                    "variance",   "error",      "budget",   "psys",       "idle",    "baseline", "net",
                    "predicted",  "prediction", "forecast", "expected",   "target",  "setpoint", "requested",
                    "rated",      "nominal",    "peak",     "percentile", "delta",   "diff",     "change",
                    "apparent",   "reactive",   "va",       "kva",        "battery", "norm",     "normalized",
                    "normalised", "log",        "ln",       "cumulative", "cum",     "integral"}) ||
         words.has_percentile() || words.is_per_part() || (words.any({"supply"}) && words.number().empty());
}

bool is_share(const HeadingWords& words) {
  return words.any({"container", "containers", "pod", "pods", "process", "processes", "proc", "job", "cgroup",
                    "vm", "namespace"});
}

std::string rail_of(const HeadingWords& words) {
  if (words.any({"gpu", "gpus", "cuda"})) return "";
  if (words.any({"uncore"})) return "uncore";
  if (words.any({"pp1", "gt", "igpu"}) || (words.any({"pp"}) && words.number() == "1")) return "graphics";
  if (words.any({"ccd"})) return "ccd" + words.number();
  if (words.any({"iod"})) return "iod";
  if (words.any({"core"})) return words.number().empty() ? "cores" : "core" + words.number();
  return words.any({"pp", "ia", "cores"}) ? "cores" : "";
}

bool is_power(const HeadingWords& words) {
  return log_unit_factor(Quantity::power, words.unit()).has_value() || words.any({"power", "pwr", "draw"});
}

bool is_energy(const HeadingWords& words) {
  return log_unit_factor(Quantity::energy, words.unit()).has_value() && !is_power(words);
}

std::string without_measures(const HeadingWords& words) {
  static constexpr std::array<std::string_view, 29> measures{
      "power", "pwr", "draw", "usage", "consumption", "energy", "w",   "watt",    "watts",   "mw",
      "kw",    "uw",  "j",    "joule", "joules",      "kj",     "mj",  "uj",      "wh",      "kwh",
      "total", "sum", "all",  "whole", "overall",     "mean",   "avg", "average", "combined"};
  return words.without(measures);
}

}  // namespace joulecast::formats
