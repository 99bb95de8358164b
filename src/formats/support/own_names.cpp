#include "formats/support/own_names.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;
using Role = Meaning::Role;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/// "lenet - " of "lenet - system/gpu.0.powerWatts", as Weights & Biases puts it before each column of a run.
std::string_view prefix_of_run(std::string_view heading) {
  const auto end = heading.find(" - system/");
  return end == std::string_view::npos ? std::string_view{} : heading.substr(0, end + 3);
}

/// Both signs for micro as a "u": what is left is ASCII as far as units go.
std::string with_plain_micro(std::string_view heading) {
  std::string plain(heading);
  for (const std::string_view sign : {"\u00b5", "\u03bc"})
    for (auto at = plain.find(sign); at != std::string::npos; at = plain.find(sign, at))
      plain.replace(at, sign.size(), "u");
  return plain;
}

/// "gpu.0.powerWatts [W]" gives "gpu", "0", "power", "watts", "w".
std::vector<std::string> words_of(std::string_view text) {
  const auto heading = with_plain_micro(text.substr(prefix_of_run(text).size()));
  std::vector<std::string> words;
  char before = ' ';
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const char c = heading[i];
    const bool part = is_letter(c) || is_digit(c) || c == '%';
    const bool upper = c >= 'A' && c <= 'Z';
    // "powerWatts" has two words, "mW" and "MiB" one.
    const bool capitalised = upper && is_lower(before) && !words.empty() && words.back().size() > 1 &&
                             i + 1 < heading.size() && is_lower(heading[i + 1]);
    const bool starts =
        !(is_letter(before) || is_digit(before)) || is_digit(c) != is_digit(before) || capitalised;
    if (part && (starts || words.empty())) words.emplace_back();
    if (part) words.back() += upper ? static_cast<char>(c - 'A' + 'a') : c;
    before = c;
  }
  return words;
}

class Words {
 public:
  explicit Words(std::string_view heading) : words_(words_of(heading)) {}

  [[nodiscard]] bool any(std::initializer_list<std::string_view> wanted) const {
    return std::ranges::any_of(words_, [&](const auto& word) {
      return std::ranges::find(wanted, std::string_view(word)) != wanted.end();
    });
  }
  /// All words are among these.
  [[nodiscard]] bool only(std::initializer_list<std::string_view> wanted) const {
    return !words_.empty() && std::ranges::all_of(words_, [&](const auto& word) {
      return std::ranges::find(wanted, std::string_view(word)) != wanted.end();
    });
  }
  [[nodiscard]] std::string number() const {
    const auto found = std::ranges::find_if(
        words_, [](const auto& word) { return is_digit(word.front()) && word.size() < 4; });
    return found == words_.end() ? "" : *found;
  }
  /// "p90" or "90 th": letters and digits are words of their own.
  [[nodiscard]] bool has_percentile() const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const bool number = is_digit(words_[i].front());
      if (number && i > 0 && words_[i - 1] == "p") return true;
      if (number && i + 1 < words_.size() && words_[i + 1] == "th") return true;
    }
    return false;
  }
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// The words that are not among these, without numbers.
  [[nodiscard]] std::string without(std::span<const std::string_view> known) const {
    std::string rest;
    for (const auto& word : words_)
      if (!is_digit(word.front()) && std::ranges::find(known, std::string_view(word)) == known.end())
        rest += (rest.empty() ? "" : " ") + word;
    return rest;
  }
  /// The unit that the last words name; "" if they name none.
  [[nodiscard]] std::string unit() const {
    struct Name {
      std::string_view word;
      std::string_view unit;
    };
    static constexpr Name names[] = {{"w", "W"},
                                     {"watt", "W"},
                                     {"watts", "W"},
                                     {"mw", "mW"},
                                     {"milliwatt", "mW"},
                                     {"kw", "kW"},
                                     {"milliwatts", "mW"},
                                     {"pct", "%"},
                                     {"percent", "%"},
                                     {"%", "%"},
                                     {"percentage", "%"},
                                     {"c", "C"},
                                     {"celsius", "C"},
                                     {"degc", "C"},
                                     {"mib", "MiB"},
                                     {"mb", "MB"},
                                     {"gb", "GB"},
                                     {"gib", "GiB"},
                                     {"mhz", "MHz"},
                                     {"ghz", "GHz"},
                                     {"j", "J"},
                                     {"us", "us"},
                                     {"ns", "ns"},
                                     {"min", "min"},
                                     {"mins", "min"},
                                     {"minutes", "min"},
                                     {"h", "h"},
                                     {"hours", "h"},
                                     {"hrs", "h"},
                                     {"millis", "ms"},
                                     {"milliseconds", "ms"},
                                     {"joule", "J"},
                                     {"joules", "J"},
                                     {"kwh", "kWh"},
                                     {"wh", "Wh"},
                                     {"kj", "kJ"},
                                     {"s", "s"},
                                     {"sec", "s"},
                                     {"seconds", "s"},
                                     {"ms", "ms"},
                                     {"mj", "mJ"},
                                     {"uj", "uJ"},
                                     {"microjoule", "uJ"},
                                     {"microjoules", "uJ"},
                                     {"uw", "uW"},
                                     {"microwatts", "uW"}};
    for (auto word = words_.rbegin(); word != words_.rend(); ++word)
      for (const auto& name : names)
        if (name.word == *word) return std::string(name.unit);
    return "";
  }

 private:
  std::vector<std::string> words_;
};

Component component_of(const Words& words, Cells header) {
  if (words.any({"gpu", "gpus", "cuda", "card", "accelerator", "dcgm"})) return Component::gpu;
  if (words.any({"dram", "ram", "ddr", "dimm"})) return Component::dram;
  if (words.any({"cpu", "cpus", "package", "pkg", "socket", "processor"})) return Component::cpu;
  if (words.any({"node", "system", "sys", "total", "server", "wall", "psu", "platform", "board", "plug",
                 "machine", "host", "main", "mains", "chassis", "rack", "pdu", "outlet"}))
    return Component::node;
  const bool beside_gpu = std::ranges::any_of(header, [](std::string_view heading) {
    return Words(heading).any({"gpu", "gpus", "cuda", "vram", "nvidia", "sm"});
  });
  return beside_gpu ? Component::gpu : Component::other;
}

/// Powers that nobody draws at the row's time: settings, statistics, what a model says or is left of another.
bool is_no_reading(const Words& words) {
  return words.any({"min",       "minimum",   "default",    "management", "state",      "factor", "source",
                    "mode",      "supply",    "limited",    "reason",     "std",        "stddev", "stdev",
                    "var",       "variance",  "error",      "budget",     "psys",       "idle",   "baseline",
                    "net",       "predicted", "prediction", "forecast",   "expected",   "target", "setpoint",
                    "requested", "rated",     "nominal",    "peak",       "percentile", "delta",  "diff",
                    "change",    "apparent",  "reactive",   "va",         "kva",        "battery"}) ||
         words.has_percentile();
}

/// The part of a CPU package that a heading names, in which its energy is included; "" for a whole.
std::string rail_of(const Words& words) {
  if (words.any({"gpu", "gpus", "cuda"})) return "";
  if (words.any({"uncore"})) return "uncore";
  if (words.any({"pp1", "gt", "igpu"}) || (words.any({"pp"}) && words.number() == "1")) return "graphics";
  if (words.any({"core"})) return words.number().empty() ? "cores" : "core" + words.number();
  return words.any({"pp", "ia", "cores"}) ? "cores" : "";
}

bool is_power(const Words& words) {
  return log_unit_factor(Quantity::power, words.unit()).has_value() || words.any({"power", "pwr", "draw"});
}

bool is_energy(const Words& words) {
  return log_unit_factor(Quantity::energy, words.unit()).has_value() && !is_power(words);
}

/// What says that a column is a power or an energy, or the sum of others, but not of what.
constexpr std::array<std::string_view, 29> words_of_measures{
    "power", "pwr", "draw", "usage", "consumption", "energy", "w",   "watt",    "watts",   "mw",
    "kw",    "uw",  "j",    "joule", "joules",      "kj",     "mj",  "uj",      "wh",      "kwh",
    "total", "sum", "all",  "whole", "overall",     "mean",   "avg", "average", "combined"};

/// Whether a column without a number holds the sum, or the mean, of columns with one: cpu_w of cpu0_w,
/// cpu1_w.
bool is_sum_of_numbered(const Words& words, Component component, Quantity quantity, Cells header) {
  if (!words.number().empty()) return false;
  const bool by_component =
      component == Component::gpu || component == Component::cpu || component == Component::dram;
  std::set<std::string> numbers;
  for (const auto heading : header) {
    const Words other(heading);
    if (other.number().empty() || other.unit() == "%" || is_no_reading(other) || !rail_of(other).empty())
      continue;
    if (!(quantity == Quantity::energy ? is_energy(other) : is_power(other))) continue;
    if (component_of(other, header) != component) continue;
    if (by_component || other.without(words_of_measures) == words.without(words_of_measures))
      numbers.insert(other.number());
  }
  constexpr std::size_t fewest_parts = 2;
  return numbers.size() >= fewest_parts;
}

/// The channel of the whole CPU among these columns; "" if there is none.
std::string whole_cpu_in(Cells header, Quantity quantity) {
  for (const auto heading : header) {
    const Words words(heading);
    const bool fits = quantity == Quantity::energy ? is_energy(words) : is_power(words);
    if (words.any({"cpu", "cpus", "package", "pkg", "socket", "processor"}) && fits &&
        rail_of(words).empty() && !is_no_reading(words) &&
        !is_sum_of_numbered(words, Component::cpu, quantity, header))
      return "cpu" + words.number() + (quantity == Quantity::energy ? "_energy" : "_power");
  }
  return "";
}

bool has_other_power(const Words& part, Cells header) {
  return std::ranges::any_of(header, [&](std::string_view heading) {
    const Words words(heading);
    return is_power(words) && words.unit() != "%" && rail_of(words) != rail_of(part) && !is_no_reading(words);
  });
}

/// Whether the GPUs have columns of their own, so that one without a number is their sum.
bool numbers_its_gpus(Cells header) {
  return std::ranges::any_of(header, [](std::string_view heading) {
    const Words words(heading);
    return words.any({"gpu", "gpus", "cuda", "card"}) && !words.number().empty() && is_power(words) &&
           words.unit() != "%" && !is_no_reading(words);
  });
}

Meaning part_meaning(const Words& words, const std::string& unit, Cells header) {
  auto meaning = Meaning::of(Quantity::power, unit, Component::cpu);
  meaning.rail = rail_of(words);
  meaning.contained_in = whole_cpu_in(header, Quantity::power);
  meaning.zero = ZeroWatts::real;
  // Without its package it is no figure of the CPU; it is one of a log that has nothing else.
  return meaning.contained_in.empty() && has_other_power(words, header) ? Meaning{} : meaning;
}

Meaning power_meaning(const Words& words, const std::string& unit, Cells header) {
  if (words.any({"limit", "cap", "tdp", "enforced"}) ||
      (words.any({"max", "maximum"}) && !words.any({"peak"}))) {
    auto limit = Meaning::of(Role::limit);
    limit.unit = unit;
    return limit;
  }
  if (unit == "%" || is_no_reading(words)) return {};
  if (!rail_of(words).empty()) return part_meaning(words, unit, header);
  auto meaning = Meaning::of(Quantity::power, unit, component_of(words, header));
  meaning.device = words.number();
  if (meaning.component == Component::gpu && meaning.device.empty() && numbers_its_gpus(header)) return {};
  if (is_sum_of_numbered(words, meaning.component, Quantity::power, header)) return {};
  if (words.any({"instant", "instantaneous"})) meaning.rank = 2;
  if (words.any({"average", "avg", "mean"})) meaning.rank = 1;
  if (words.any({"smoothed", "smooth", "filtered", "median", "ema", "rolling", "moving"})) meaning.rank = 3;
  if (words.any({"hbm", "memory", "mem", "vram", "chip", "core", "soc", "slot", "pcie", "pin"}))
    meaning.rank = 4;  // of a board
  return meaning;
}

Meaning energy_meaning(const Words& words, const std::string& unit, Cells header) {
  if (is_no_reading(words)) return {};
  auto meaning = Meaning::of(Quantity::energy, unit, component_of(words, header));
  meaning.behaviour = trace::Behaviour::counter;
  if (meaning.rail = rail_of(words); !meaning.rail.empty()) {
    meaning.component = Component::cpu;
    meaning.contained_in = whole_cpu_in(header, Quantity::energy);
    return meaning;
  }
  meaning.device = words.number();
  return is_sum_of_numbered(words, meaning.component, Quantity::energy, header) ? Meaning{} : meaning;
}

/// Whether "MW" can only be megawatts, or "MJ" megajoules: in capitals throughout it may be milli.
bool is_mega(std::string_view heading, std::string_view unit) {
  return heading.find(unit) != std::string_view::npos && std::ranges::any_of(heading, is_lower);
}

/// The fields of DCGM have their units in its documentation only (dcgm_fields.h); "" for other names.
std::string unit_of_dcgm(std::string_view heading) {
  if (heading.find("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION") != std::string_view::npos) return "mJ";
  if (heading.find("DCGM_FI_DEV_POWER_USAGE") != std::string_view::npos) return "W";
  return "";
}

Meaning device_meaning(const Words& words) {
  if (words.only({"host", "hostname", "node", "nodename", "machine", "server", "worker", "name", "id",
                  "instance"}) &&
      words.any({"host", "hostname", "node", "nodename", "machine", "server", "worker", "instance"}))
    return Meaning::of(Role::node);
  if (words.only({"gpu", "index", "id", "idx", "device", "uuid", "card", "num", "number", "pci", "bus",
                  "rank", "local", "component", "domain", "sensor"}) &&
      !words.only({"local"}))
    return Meaning::of(Role::device);
  if (words.only({"name", "gpu", "model", "device", "product"})) return Meaning::of(Role::name);
  return {};
}

}  // namespace

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
  return Words(heading).without(no_names);
}

bool is_place_name(std::string_view name) {
  static constexpr std::array<std::string_view, 27> places{
      "left",  "right", "top",     "bottom",    "upper", "lower", "front", "rear",   "back",
      "inner", "outer", "primary", "secondary", "north", "south", "east",  "west",   "alpha",
      "beta",  "gamma", "first",   "second",    "third", "one",   "two",   "middle", "center"};
  return (name.size() == 1 && is_lower(name.front())) || std::ranges::find(places, name) != places.end();
}

bool is_of_another_run(std::string_view heading, std::string_view other) {
  const auto run = prefix_of_run(heading);
  return !run.empty() && !prefix_of_run(other).empty() && run != prefix_of_run(other);
}

NamedDevice named_device(std::string_view device) {
  const Words words(device);
  NamedDevice named;
  if (words.any({"psys"}) || words.only({"mean", "avg", "average", "median"}) || device == "-1") {
    named.overlaps_others = true;
  } else if (words.any({"gpu", "cuda"})) {
    named.component = Component::gpu;
  } else if (words.any({"dram", "ram", "ddr", "dimm", "memory", "mem"})) {
    named.component = Component::dram;
  } else if (words.any({"cpu", "package", "pkg", "socket", "processor"}) || !rail_of(words).empty()) {
    named.component = Component::cpu;
    named.rail = rail_of(words);
  } else if (words.any({"total", "system", "wall", "psu", "chassis", "mains", "platform"}) ||
             words.only({"all", "sum", "overall", "combined"})) {
    named.component = Component::node;
  }
  const bool of_package = words.any({"cpu", "package", "pkg", "socket", "processor"});
  if (named.component == Component::cpu && of_package && words.number() != "0") named.number = words.number();
  return named;
}

Meaning meaning_of_own_name(std::string_view heading, Cells header) {
  const Words words(heading);
  auto unit = words.unit();
  if (unit == "mW" && is_mega(heading, "MW")) unit = "MW";
  if (words.empty() || words.any({"db", "dbm", "dbw"})) return {};  // decibels
  if (unit.empty()) unit = unit_of_dcgm(heading);
  const bool watts = log_unit_factor(Quantity::power, unit).has_value();
  const bool joules = log_unit_factor(Quantity::energy, unit).has_value();
  const bool drawn =
      words.any({"power", "pwr", "draw"}) || (words.any({"consumption"}) && !words.any({"energy"}));
  if (watts || (drawn && !joules)) return power_meaning(words, unit, header);
  if (words.any({"energy"}) || joules) return energy_meaning(words, unit, header);
  if (words.any({"temp", "temperature"})) {
    const bool inner = words.any({"hotspot", "junction", "memory", "mem", "hbm"});
    return Meaning::of(Quantity::temperature, "C", component_of(words, header), inner ? 1 : 0);
  }
  const bool busy =
      words.any({"util", "utilization", "utilisation", "usage", "load", "busy", "activity", "use"});
  const bool memory = words.any({"memory", "mem", "vram"});
  if (busy && unit != "MiB" && unit != "MB" && unit != "GB" && unit != "GiB")
    return Meaning::of(memory ? Quantity::memory_utilisation : Quantity::utilisation, "%",
                       component_of(words, header));
  if (memory && words.any({"used", "usage", "allocated"}) && !words.any({"total"}) && unit != "%")
    return Meaning::of(Quantity::memory_used, unit.empty() ? "MiB" : unit, component_of(words, header));
  if (words.any({"clock", "clk", "freq", "frequency"}) && !memory && !words.any({"video"}))
    return Meaning::of(Quantity::frequency, unit.empty() ? "MHz" : unit, component_of(words, header));
  if (words.only({"date", "day", "datum", "fecha"})) return Meaning::of(Role::date);
  if (words.any({"timestamp", "time", "datetime", "ts", "elapsed", "clock", "created", "zeit", "uhrzeit",
                 "zeitstempel", "temps", "horodatage", "heure", "tiempo", "hora", "tempo"}) ||
      words.only({"date", "seconds", "s", "t"})) {
    auto time = Meaning::of(Role::time);
    time.unit = unit;
    time.rank = words.any({"elapsed", "relative", "rel", "since"}) ? 1 : 0;
    return time;
  }
  return device_meaning(words);
}

bool is_header_of_own_names(Cells cells) {
  bool power = false;
  constexpr std::size_t longest = 80;
  constexpr std::size_t most_columns = 1000;
  if (cells.size() > most_columns) return false;
  for (const auto cell : cells) {
    if (parse_cell(cell) || parse_log_time(cell)) return false;
    // words of a sentence, or JSON
    const bool prose = cell.size() > longest || cell.find_first_of("{}=!?") != std::string_view::npos ||
                       (cell.find(": ") != std::string_view::npos && !cell.starts_with("Unnamed: ")) ||
                       cell.ends_with('.');
    if (prose) return false;
    const auto meaning = meaning_of_own_name(cell, cells);
    power = power || (meaning.role == Role::measure && meaning.quantity == Quantity::power);
  }
  return power;
}

}  // namespace joulecast::formats
