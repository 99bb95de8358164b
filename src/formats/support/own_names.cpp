#include "formats/support/own_names.hpp"

#include <algorithm>
#include <array>
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

/// "gpu.0.powerWatts [W]" gives "gpu", "0", "power", "watts", "w".
std::vector<std::string> words_of(std::string_view heading) {
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
  [[nodiscard]] bool empty() const { return words_.empty(); }
  /// The unit that the last words name; "" if they name none.
  [[nodiscard]] std::string unit() const {
    struct Name {
      std::string_view word;
      std::string_view unit;
    };
    static constexpr Name names[] = {
        {"w", "W"},          {"watt", "W"},        {"watts", "W"},      {"mw", "mW"},     {"milliwatt", "mW"},
        {"kw", "kW"},        {"milliwatts", "mW"}, {"pct", "%"},        {"percent", "%"}, {"%", "%"},
        {"percentage", "%"}, {"c", "C"},           {"celsius", "C"},    {"degc", "C"},    {"mib", "MiB"},
        {"mb", "MB"},        {"gb", "GB"},         {"gib", "GiB"},      {"mhz", "MHz"},   {"ghz", "GHz"},
        {"j", "J"},          {"joule", "J"},       {"joules", "J"},     {"kwh", "kWh"},   {"wh", "Wh"},
        {"kj", "kJ"},        {"s", "s"},           {"sec", "s"},        {"seconds", "s"}, {"ms", "ms"},
        {"mj", "mJ"},        {"uw", "uW"},         {"microwatts", "uW"}};
    for (auto word = words_.rbegin(); word != words_.rend(); ++word)
      for (const auto& name : names)
        if (name.word == *word) return std::string(name.unit);
    return "";
  }

 private:
  std::vector<std::string> words_;
};

Component component_of(const Words& words, Cells header) {
  if (words.any({"gpu", "gpus", "cuda", "card", "accelerator"})) return Component::gpu;
  if (words.any({"dram", "ram", "ddr", "dimm"})) return Component::dram;
  if (words.any({"cpu", "cpus", "package", "pkg", "socket"})) return Component::cpu;
  if (words.any({"node", "system", "sys", "total", "server", "wall", "psu", "platform", "board", "plug",
                 "machine", "host", "main", "mains", "chassis"}))
    return Component::node;
  const bool beside_gpu = std::ranges::any_of(header, [](std::string_view heading) {
    return Words(heading).any({"gpu", "cuda", "vram", "nvidia", "sm"});
  });
  return beside_gpu ? Component::gpu : Component::other;
}

Meaning power_meaning(const Words& words, const std::string& unit, Cells header) {
  if (words.any({"limit", "cap", "tdp", "max", "maximum", "enforced"})) {
    auto limit = Meaning::of(Role::limit);
    limit.unit = unit;
    return limit;
  }
  const bool other =
      unit == "%" || words.any({"min", "minimum", "default", "management", "state", "factor", "source",
                                "mode", "supply", "limited", "reason", "std", "budget", "psys"});
  if (other) return {};
  auto meaning = Meaning::of(Quantity::power, unit, component_of(words, header));
  meaning.device = words.number();
  if (words.any({"instant", "instantaneous"})) meaning.rank = 2;
  if (words.any({"average", "avg", "mean"})) meaning.rank = 1;
  // Parts of a package are in it; whether a sum of all GPUs is in the log besides them does not matter.
  if (meaning.component == Component::cpu && words.any({"core", "cores", "uncore"})) {
    meaning.rail = words.any({"uncore"}) ? "uncore" : "cores";
    meaning.contained_in = "cpu" + meaning.device + "_power";
    meaning.zero = ZeroWatts::real;
  }
  return meaning;
}

Meaning energy_meaning(const Words& words, const std::string& unit, Cells header) {
  auto meaning = Meaning::of(Quantity::energy, unit, component_of(words, header));
  meaning.behaviour = trace::Behaviour::counter;
  meaning.device = words.number();
  return meaning;
}

Meaning device_meaning(const Words& words) {
  if (words.only(
          {"gpu", "index", "id", "idx", "device", "uuid", "card", "num", "number", "pci", "bus", "node"}) &&
      !words.only({"node"}))
    return Meaning::of(Role::device);
  if (words.only({"name", "gpu", "model", "device", "product"})) return Meaning::of(Role::name);
  return {};
}

}  // namespace

Meaning meaning_of_own_name(std::string_view heading, Cells header) {
  const Words words(heading);
  const auto unit = words.unit();
  if (words.empty()) return {};
  const bool watts = log_unit_factor(Quantity::power, unit).has_value();
  const bool joules = log_unit_factor(Quantity::energy, unit).has_value();
  if (watts || (words.any({"power", "pwr", "draw", "consumption"}) && !joules))
    return power_meaning(words, unit, header);
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
  if (words.only({"date", "day"})) return Meaning::of(Role::date);
  if (words.any({"timestamp", "time", "datetime", "ts", "elapsed", "clock", "zeit", "uhrzeit", "temps",
                 "tiempo", "tempo"}) ||
      words.only({"date", "seconds", "s"})) {
    auto time = Meaning::of(Role::time);
    time.unit = unit;
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
                       cell.find(": ") != std::string_view::npos || cell.ends_with('.');
    if (prose) return false;
    const auto meaning = meaning_of_own_name(cell, cells);
    power = power || (meaning.role == Role::measure && meaning.quantity == Quantity::power);
  }
  return power;
}

}  // namespace joulecast::formats
