#include <array>
#include <utility>

#include "trace/channel.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<Quantity, 11> quantities{{{Quantity::energy, "energy"},
                                          {Quantity::power, "power"},
                                          {Quantity::utilisation, "utilisation"},
                                          {Quantity::memory_utilisation, "memory_utilisation"},
                                          {Quantity::memory_used, "memory_used"},
                                          {Quantity::temperature, "temperature"},
                                          {Quantity::frequency, "frequency"},
                                          {Quantity::throttled_by_power, "throttled_by_power"},
                                          {Quantity::throttled_by_heat, "throttled_by_heat"},
                                          {Quantity::process_cpu, "process_cpu"},
                                          {Quantity::process_memory, "process_memory"}}};
constexpr Names<Behaviour, 2> behaviours{{{Behaviour::counter, "counter"}, {Behaviour::gauge, "gauge"}}};
constexpr Names<Component, 6> components{{{Component::gpu, "gpu"},
                                          {Component::cpu, "cpu"},
                                          {Component::dram, "dram"},
                                          {Component::other, "other"},
                                          {Component::node, "node"},
                                          {Component::process, "process"}}};
constexpr Names<RunStatus, 5> statuses{{{RunStatus::running, "running"},
                                        {RunStatus::finished, "finished"},
                                        {RunStatus::failed, "failed"},
                                        {RunStatus::interrupted, "interrupted"},
                                        {RunStatus::stopped, "stopped"}}};

template <class Table, class Enum>
std::string_view find_name(const Table& table, Enum value) {
  for (const auto& [entry, name] : table)
    if (entry == value) return name;
  return "";
}

template <class Enum, class Table>
std::optional<Enum> find_value(const Table& table, std::string_view wanted) {
  for (const auto& [entry, name] : table)
    if (name == wanted) return entry;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Quantity quantity) {
  return find_name(quantities, quantity);
}
std::string_view name_of(Behaviour behaviour) {
  return find_name(behaviours, behaviour);
}
std::string_view name_of(Component component) {
  return find_name(components, component);
}
std::string_view name_of(RunStatus status) {
  return find_name(statuses, status);
}
std::optional<Quantity> quantity_from(std::string_view name) {
  return find_value<Quantity>(quantities, name);
}
std::optional<Behaviour> behaviour_from(std::string_view name) {
  return find_value<Behaviour>(behaviours, name);
}
std::optional<Component> component_from(std::string_view name) {
  return find_value<Component>(components, name);
}
std::optional<RunStatus> run_status_from(std::string_view name) {
  return find_value<RunStatus>(statuses, name);
}

std::string_view unit_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::energy:
      return "J";
    case Quantity::power:
      return "W";
    case Quantity::utilisation:
    case Quantity::memory_utilisation:
    case Quantity::process_cpu:
    case Quantity::throttled_by_power:
    case Quantity::throttled_by_heat:
      return "share";
    case Quantity::memory_used:
    case Quantity::process_memory:
      return "B";
    case Quantity::temperature:
      return "degC";
    case Quantity::frequency:
      return "Hz";
  }
  return "";
}

}  // namespace joulecast::trace
