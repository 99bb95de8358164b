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

}  // namespace

void bind_energy(nb::module_& module) {
  nb::class_<ComponentEnergy>(module, "ComponentEnergy",
                              "Energy of one device, with where the figure comes from.")
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
      .def_prop_ro("total_j", get(&RunEnergy::total), "joules; None if nothing is known")
      .def_prop_ro("total_kwh", total_kwh)
      .def_prop_ro("by_component", by_component, "joules of each kind of component; None if unknown")
      .def_ro("components", &RunEnergy::components, "one row a device")
      .def_prop_ro("provenance", get(&RunEnergy::provenance), "of the worst row in the total")
      .def_prop_ro("coverage", get(&RunEnergy::coverage), "share of the time with readings, 0 to 1")
      .def_prop_ro("relative_uncertainty", get(&RunEnergy::relative_uncertainty),
                   "half-width of the 90 % interval, as a share of the total")
      .def_ro("missing", &RunEnergy::missing, "components that are not in the total");
}

}  // namespace joulecast::python
