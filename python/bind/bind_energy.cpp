#include <nanobind/stl/tuple.h>

#include <tuple>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "trace/energy.hpp"

namespace joulecast::python {
namespace {

using trace::ComponentEnergy;
using trace::RunEnergy;

/// The sum of a component's rows in the total; nothing where none of them is known.
std::map<std::string, std::optional<double>> by_component(const RunEnergy& energy) {
  std::map<std::string, std::optional<double>> sums;
  for (const auto& row : energy.components) {
    auto& sum = sums[std::string(name_of(row.component))];
    if (row.energy && row.in_total) sum = sum.value_or(0) + row.energy->value();
  }
  return sums;
}

std::optional<double> total_kwh(const RunEnergy& energy) {
  if (!energy.total) return std::nullopt;
  return to_kilowatt_hours(*energy.total).value();
}

// What pickle keeps: processes of a search return what their trials cost.
using RowState = std::tuple<int, std::string, std::string, std::string, std::optional<double>, int, double,
                            double, double, double, bool>;
using EnergyState = std::tuple<std::vector<ComponentEnergy>, std::optional<double>, int, double, double,
                               std::optional<double>, std::optional<double>, std::vector<std::string>>;

template <class Quantity>
std::optional<Quantity> quantity(std::optional<double> value) {
  return value ? std::optional{Quantity{*value}} : std::nullopt;
}

RowState state_of_row(const ComponentEnergy& row) {
  return {static_cast<int>(row.component),
          row.device,
          row.node,
          row.channel,
          plain(row.energy),
          static_cast<int>(row.provenance),
          row.coverage,
          row.counted.value(),
          row.not_measured.value(),
          row.relative_uncertainty,
          row.in_total};
}

void set_row(ComponentEnergy& row, const RowState& state) {
  const auto& [component, device, node, channel, energy, provenance, coverage, counted, not_measured,
               uncertainty, in_total] = state;
  new (&row) ComponentEnergy{static_cast<trace::Component>(component),
                             device,
                             node,
                             channel,
                             quantity<Joules>(energy),
                             static_cast<Provenance>(provenance),
                             coverage,
                             Seconds{counted},
                             Seconds{not_measured},
                             uncertainty,
                             in_total};
}

EnergyState state_of_energy(const RunEnergy& energy) {
  return {energy.components,
          plain(energy.total),
          static_cast<int>(energy.provenance),
          energy.coverage,
          energy.relative_uncertainty,
          plain(energy.mean_power),
          plain(energy.not_measured),
          energy.missing};
}

void set_energy(RunEnergy& energy, const EnergyState& state) {
  const auto& [components, total, provenance, coverage, uncertainty, mean_power, not_measured, missing] =
      state;
  new (&energy)
      RunEnergy{components,  quantity<Joules>(total),     static_cast<Provenance>(provenance), coverage,
                uncertainty, quantity<Watts>(mean_power), quantity<Seconds>(not_measured),     missing};
}

}  // namespace

void bind_energy(nb::module_& module) {
  nb::class_<ComponentEnergy>(module, "ComponentEnergy",
                              "Energy of one device, with where the figure comes from.")
      .def("__getstate__", state_of_row)
      .def("__setstate__", set_row)
      .def_prop_ro("component", get(&ComponentEnergy::component),
                   "\"gpu\", \"cpu\", \"dram\", \"node\" or \"other\"")
      .def_prop_ro("device", get(&ComponentEnergy::device), "index or UUID; \"\" where there is only one")
      .def_prop_ro("node", get(&ComponentEnergy::node))
      .def_prop_ro("channel", get(&ComponentEnergy::channel), "the channel that the figure was taken from")
      .def_prop_ro("energy_j", get(&ComponentEnergy::energy), "joules; None if unknown, never 0 for unknown")
      .def_prop_ro("provenance", get(&ComponentEnergy::provenance),
                   "\"measured\", \"modelled\", \"assumed\" or \"missing\"")
      .def_prop_ro("coverage", get(&ComponentEnergy::coverage), "share of the time with readings, 0 to 1")
      .def_prop_ro("relative_uncertainty", get(&ComponentEnergy::relative_uncertainty),
                   "half-width of the 90 % interval, as a share of the energy")
      .def_prop_ro("in_total", get(&ComponentEnergy::in_total),
                   "False if another row's figure already contains this one");

  nb::class_<RunEnergy>(module, "Energy", "Energy of a run, by component, with what is missing.")
      .def(nb::init<>(), "Nothing is known.")
      .def("__getstate__", state_of_energy)
      .def("__setstate__", set_energy)
      .def_prop_ro("total_j", get(&RunEnergy::total), "joules; None if nothing is known")
      .def_prop_ro("total_kwh", total_kwh)
      .def_prop_ro("by_component", by_component, "joules of each kind of component; None if unknown")
      .def_ro("components", &RunEnergy::components, "one row a device")
      .def_prop_ro("provenance", get(&RunEnergy::provenance), "of the worst row in the total")
      .def_prop_ro("coverage", get(&RunEnergy::coverage), "share of the time with readings, 0 to 1")
      .def_prop_ro("relative_uncertainty", get(&RunEnergy::relative_uncertainty),
                   "half-width of the 90 % interval, as a share of the total")
      .def_prop_ro("mean_power_w", get(&RunEnergy::mean_power),
                   "watts, over the time whose energy is counted; None if unknown")
      .def_prop_ro("not_measured_s", get(&RunEnergy::not_measured),
                   "the longest time of which a device's energy is not in the total; None if there is none")
      .def_ro("missing", &RunEnergy::missing, "components that are not in the total");
}

}  // namespace joulecast::python
