#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/words.hpp"
#include "carbon/intensity.hpp"

namespace joulecast::python {
namespace {

carbon::Estimate emissions(double energy_kwh, const std::string& country, const std::string& region,
                           std::optional<double> intensity_g_per_kwh, std::optional<double> pue) {
  const Place place{country, region, intensity_g_per_kwh, pue};
  value_of(carbon::check(place));
  return carbon::estimate(KilowattHours{energy_kwh}, place, carbon::IntensityTable::read());
}

}  // namespace

void bind_carbon(nb::module_& module) {
  using carbon::Estimate;
  nb::class_<Estimate>(module, "Emissions", "Emissions of an energy, with where the factors come from.")
      .def_prop_ro("mass_g", get(&Estimate::mass), "grams of CO2e; None where the place is not known")
      .def_prop_ro(
          "intensity_g_per_kwh",
          [](const Estimate& estimate) -> std::optional<double> {
            if (!estimate.intensity) return std::nullopt;
            return estimate.intensity->value.value();
          },
          "of the grid, g CO2e per kWh")
      .def_prop_ro(
          "country",
          [](const Estimate& estimate) { return estimate.intensity ? estimate.intensity->country : ""; })
      .def_prop_ro(
          "country_iso3",
          [](const Estimate& estimate) { return estimate.intensity ? estimate.intensity->country_iso3 : ""; })
      .def_prop_ro(
          "source",
          [](const Estimate& estimate) { return estimate.intensity ? estimate.intensity->source : ""; })
      .def_ro("pue", &Estimate::pue)
      .def_prop_ro(
          "reason", [](const Estimate& estimate) { return in_python_words(estimate.reason); },
          "why there is no mass");
  module.def("emissions", emissions, nb::arg("energy_kwh"), nb::arg("country") = "", nb::arg("region") = "",
             nb::arg("intensity_g_per_kwh") = nb::none(), nb::arg("pue") = nb::none(),
             "Energy x grid intensity x PUE, from the dated tables that come with joulecast.");
}

}  // namespace joulecast::python
