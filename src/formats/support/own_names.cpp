#include "formats/support/own_names.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "formats/support/heading_kinds.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"

namespace joulecast::formats {
namespace {

using trace::Component;
using trace::Quantity;
using Role = Meaning::Role;

/// The fields of DCGM have their units in its documentation only (dcgm_fields.h); "" for other names.
std::string unit_of_dcgm(std::string_view heading) {
  if (heading.find("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION") != std::string_view::npos) return "mJ";
  if (heading.find("DCGM_FI_DEV_POWER_USAGE") != std::string_view::npos) return "W";
  return "";
}

bool is_limit(const HeadingWords& words) {
  return words.any({"limit", "cap", "tdp", "enforced"}) ||
         (words.any({"max", "maximum"}) && !words.any({"peak"}));
}

bool means_gpu(const HeadingWords& words) {
  return words.any({"gpu", "gpus", "cuda", "vram", "nvidia", "sm"}) || !words.model().empty();
}

Meaning device_meaning(const HeadingWords& words) {
  if (words.only({"host", "hostname", "node", "nodename", "nodeid", "machine", "server", "worker", "name",
                  "id", "instance", "exported", "computer"}) &&
      words.any({"host", "hostname", "node", "nodename", "nodeid", "machine", "server", "worker", "instance",
                 "computer"}))
    return Meaning::of(Role::node);
  if (words.only({"gpu", "index", "id", "idx", "device", "uuid", "card", "num", "number", "pci", "bus",
                  "rank", "local", "component", "domain", "sensor"}) &&
      !words.only({"local"}))
    return Meaning::of(Role::device);
  if (words.only({"name", "gpu", "model", "device", "product"})) return Meaning::of(Role::name);
  return {};
}

/// How a power was obtained from the readings, where several columns have one: the plainest is taken.
int rank_of(const HeadingWords& words) {
  int rank = 0;
  if (words.any({"instant", "instantaneous", "raw", "uncalibrated"})) rank = 2;
  if (words.any({"average", "avg", "mean"})) rank = 1;
  if (words.any({"smoothed", "smooth", "filtered", "median", "ema", "rolling", "moving"})) rank = 3;
  if (words.any({"hbm", "memory", "mem", "vram", "chip", "core", "soc", "slot", "pcie", "pin"}))
    rank = 4;  // of a board
  return rank;
}

}  // namespace

OwnNames::OwnNames(Cells header) {
  std::set<std::string> models;
  std::map<std::string, std::set<std::string>> machines_of;  // by kind and number of a device
  for (const auto heading : header) {
    HeadingWords words(heading);
    has_gpu_words_ = has_gpu_words_ || means_gpu(words);
    const bool power = is_power(words) && words.unit() != "%";
    if ((!power && !is_energy(words)) || is_no_reading(words) || is_limit(words)) continue;
    numbers_its_gpus_ =
        numbers_its_gpus_ || (power && !words.number().empty() && words.any({"gpu", "gpus", "cuda", "card"}));
    if (!words.model().empty() && words.number().empty()) models.insert(words.model());
    has_cpu_power_ = has_cpu_power_ || named_component(words) == Component::cpu;
    measured_.push_back({words, power ? Quantity::power : Quantity::energy, Component::other, words.number(),
                         rail_of(words), without_measures(words)});
  }
  has_models_ = models.size() > 1;
  for (auto& column : measured_) {
    column.component = component_of(column.words);
    const auto key = std::string(trace::name_of(column.component)) + column.number + column.rail +
                     std::string(trace::name_of(column.quantity));
    if (const auto machine = column.words.before_device(); !machine.empty()) machines_of[key].insert(machine);
  }
  for (const auto& [device, machines] : machines_of)
    if (machines.size() > 1) machines_.insert(machines.begin(), machines.end());
  whole_cpu_power_ = whole_cpu(Quantity::power);
  whole_cpu_energy_ = whole_cpu(Quantity::energy);
}

Component OwnNames::component_of(const HeadingWords& words) const {
  if (const auto named = named_component(words)) return *named;
  // Beside a CPU's power, that of the memory is the machine's.
  if (has_cpu_power_ && words.any({"mem", "memory"}) && (is_power(words) || is_energy(words)))
    return Component::dram;
  return has_gpu_words_ ? Component::gpu : Component::other;
}

/// Whether a column without a number holds the sum, or the mean, of columns with one: cpu_w of cpu0_w,
/// cpu1_w.
bool OwnNames::is_sum_of_numbered(const HeadingWords& words, Component component, Quantity quantity) const {
  if (!words.number().empty()) return false;
  const bool by_component =
      component == Component::gpu || component == Component::cpu || component == Component::dram;
  const auto rest = without_measures(words);
  std::set<std::string> numbers;
  for (const auto& other : measured_)
    if (!other.number.empty() && other.rail.empty() && other.quantity == quantity &&
        other.component == component && (by_component || other.rest == rest))
      numbers.insert(other.number);
  constexpr std::size_t fewest_parts = 2;
  return numbers.size() >= fewest_parts;
}

/// Whether other columns have what the share of a process or a container is part of.
bool OwnNames::is_share_of_another(const HeadingWords& words, Quantity quantity) const {
  return is_share(words) && std::ranges::any_of(measured_, [&](const Measured& other) {
           return other.quantity == quantity && !is_share(other.words);
         });
}

/// The channel of the whole CPU among these columns; "" if there is none.
std::string OwnNames::whole_cpu(Quantity quantity) const {
  for (const auto& column : measured_)
    if (column.component == Component::cpu && column.quantity == quantity && column.rail.empty() &&
        !is_sum_of_numbered(column.words, Component::cpu, quantity))
      return "cpu" + column.number + (quantity == Quantity::energy ? "_energy" : "_power");
  return "";
}

/// Which device, and which machine, a column is of.
void OwnNames::place(const HeadingWords& words, Meaning& meaning) const {
  meaning.device = words.number();
  if (meaning.device.empty() && has_models_) meaning.device = words.model();
  if (meaning.device.empty() && meaning.component == Component::other) meaning.device = machine_part(words);
  meaning.node = machine_in(words);
  // The number may be the machine's: n1_node_w.
  if (!meaning.node.empty() && words.before_device().empty()) meaning.device.clear();
}

/// The machine that a heading names, where the table has several.
std::string OwnNames::machine_in(const HeadingWords& words) const {
  if (const auto machine = words.before_device(); machines_.contains(machine)) return machine;
  const auto found =
      std::ranges::find_if(machines_, [&](const auto& machine) { return words.begins_with(machine); });
  return found == machines_.end() ? "" : *found;
}

Meaning OwnNames::part_meaning(const HeadingWords& words, const std::string& unit) const {
  auto meaning = Meaning::of(Quantity::power, unit, Component::cpu);
  meaning.rail = rail_of(words);
  meaning.contained_in = whole_cpu_power_;
  meaning.zero = ZeroWatts::real;
  const bool has_other_power = std::ranges::any_of(measured_, [&](const Measured& other) {
    return other.quantity == Quantity::power && other.rail != meaning.rail;
  });
  // Without its package it is no figure of the CPU; it is one of a log that has nothing else.
  return meaning.contained_in.empty() && has_other_power ? Meaning{} : meaning;
}

Meaning OwnNames::power_meaning(const HeadingWords& words, const std::string& unit) const {
  if (is_limit(words)) {
    auto limit = Meaning::of(Role::limit);
    limit.unit = unit;
    return limit;
  }
  if (unit == "%" || is_no_reading(words) || is_share_of_another(words, Quantity::power)) return {};
  if (!rail_of(words).empty()) return part_meaning(words, unit);
  auto meaning = Meaning::of(Quantity::power, unit, component_of(words));
  place(words, meaning);
  if (meaning.component == Component::gpu && words.number().empty() && numbers_its_gpus_) return {};
  if (is_sum_of_numbered(words, meaning.component, Quantity::power)) return {};
  meaning.rank = rank_of(words);
  if (!machine_part(words).empty()) meaning.zero = ZeroWatts::real;
  return meaning;
}

Meaning OwnNames::energy_meaning(const HeadingWords& words, const std::string& unit) const {
  if (is_no_reading(words) || is_share_of_another(words, Quantity::energy)) return {};
  auto meaning = Meaning::of(Quantity::energy, unit, component_of(words));
  meaning.behaviour = trace::Behaviour::counter;
  if (meaning.rail = rail_of(words); !meaning.rail.empty()) {
    meaning.component = Component::cpu;
    meaning.contained_in = whole_cpu_energy_;
    return meaning;
  }
  place(words, meaning);
  return is_sum_of_numbered(words, meaning.component, Quantity::energy) ? Meaning{} : meaning;
}

Meaning OwnNames::meaning_of(std::string_view heading) const {
  const HeadingWords words(heading);
  auto unit = words.unit();
  if (unit == "mW" && is_mega(heading, "MW")) unit = "MW";
  if ((words.empty() && words.model().empty()) || words.any({"db", "dbm", "dbw"})) return {};  // decibels
  if (unit.empty()) unit = unit_of_dcgm(heading);
  const bool watts = log_unit_factor(Quantity::power, unit).has_value();
  const bool joules = log_unit_factor(Quantity::energy, unit).has_value();
  const bool drawn =
      words.any({"power", "pwr", "draw"}) || (words.any({"consumption"}) && !words.any({"energy"}));
  if (watts || (drawn && !joules)) return power_meaning(words, unit);
  if (words.any({"energy"}) || joules) return energy_meaning(words, unit);
  return other_meaning(words, unit);
}

/// What is neither a power nor an energy.
Meaning OwnNames::other_meaning(const HeadingWords& words, const std::string& unit) const {
  auto measure = [&](Quantity quantity, std::string of_values, int rank = 0) {
    auto meaning = Meaning::of(quantity, std::move(of_values), component_of(words), rank);
    if (meaning.node = machine_in(words); !meaning.node.empty() && !words.before_device().empty())
      meaning.device = words.number();
    return meaning;
  };
  if (words.any({"temp", "temperature"}))
    return measure(Quantity::temperature, "C",
                   words.any({"hotspot", "junction", "memory", "mem", "hbm"}) ? 1 : 0);
  const bool busy =
      words.any({"util", "utilization", "utilisation", "usage", "load", "busy", "activity", "use"});
  const bool memory = words.any({"memory", "mem", "vram"});
  if (busy && unit != "MiB" && unit != "MB" && unit != "GB" && unit != "GiB")
    return measure(memory ? Quantity::memory_utilisation : Quantity::utilisation, "%");
  if (memory && words.any({"used", "usage", "allocated"}) && !words.any({"total"}) && unit != "%")
    return measure(Quantity::memory_used, unit.empty() ? "MiB" : unit);
  if (words.any({"clock", "clk", "freq", "frequency"}) && !memory && !words.any({"video"}))
    return measure(Quantity::frequency, unit.empty() ? "MHz" : unit);
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

std::vector<Meaning> meanings_of_own_names(Cells header) {
  const OwnNames names(header);
  std::vector<Meaning> meanings;
  for (const auto heading : header) meanings.push_back(names.meaning_of(heading));
  return meanings;
}

bool is_header_of_own_names(Cells cells) {
  constexpr std::size_t longest = 80;
  constexpr std::size_t most_columns = 10'000;
  if (cells.size() > most_columns) return false;
  for (const auto cell : cells) {
    if (parse_cell(cell) || parse_log_time(cell)) return false;
    // words of a sentence, or JSON
    const bool prose = cell.size() > longest || cell.find_first_of("{}=!?") != std::string_view::npos ||
                       (cell.find(": ") != std::string_view::npos && !cell.starts_with("Unnamed: ")) ||
                       cell.ends_with('.');
    if (prose) return false;
  }
  return std::ranges::any_of(meanings_of_own_names(cells), [](const Meaning& meaning) {
    return meaning.role == Role::measure && meaning.quantity == Quantity::power;
  });
}

}  // namespace joulecast::formats
