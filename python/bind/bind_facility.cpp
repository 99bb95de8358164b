#include <nanobind/stl/filesystem.h>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "report/machine/facility_report.hpp"
#include "session/machine/learn_facility.hpp"

namespace joulecast::python {
namespace {

using carbon::FacilityFit;
using carbon::FacilityModel;
using session::FacilityRequest;
using session::LearnedFacility;

template <class Member>
auto of_model(Member FacilityModel::*member) {
  return [member](const LearnedFacility& learned) { return plain(learned.fit.model.*member); };
}
template <class Member>
auto of_fit(Member FacilityFit::*member) {
  return [member](const LearnedFacility& learned) { return learned.fit.*member; };
}

/// Nothing where temperature makes no difference.
std::optional<double> threshold_of(const LearnedFacility& learned) {
  const auto& model = learned.fit.model;
  return model.needs_weather() ? std::optional(model.threshold.value()) : std::nullopt;
}

template <class T>
std::pair<double, double> pair_of(const carbon::Between<T>& range) {
  return {range.low.value(), range.high.value()};
}

std::optional<std::pair<double, double>> temperatures_of(const LearnedFacility& learned) {
  const auto& seen = learned.fit.model.temperature;
  return seen ? std::optional(pair_of(*seen)) : std::nullopt;
}

std::optional<double> pue_of(const LearnedFacility& learned, std::optional<double> load_w,
                             std::optional<double> outside_c) {
  const auto& model = learned.fit.model;
  std::optional<carbon::Celsius> outside;
  if (outside_c) outside = carbon::Celsius{*outside_c};
  return model.pue(load_w ? Watts{*load_w} : model.usual_load, outside);
}

void bind_result(nb::module_& module) {
  nb::class_<LearnedFacility>(
      module, "Facility",
      "What a building draws beside its computers: facility = IT + fixed + share x IT "
      "+ cooling x IT x max(0, outside - threshold).")
      .def_ro("file", &LearnedFacility::file, "the model, for `predict`")
      .def_prop_ro("fixed_w", of_model(&FacilityModel::fixed), "whatever the computers draw")
      .def_prop_ro("share", of_model(&FacilityModel::share), "of the computers' power")
      .def_prop_ro("cooling_per_kelvin", of_model(&FacilityModel::cooling_per_kelvin),
                   "of the computers' power, above the threshold; 0: temperature makes no difference")
      .def_prop_ro("threshold_c", threshold_of, "°C outside; None where temperature makes no difference")
      .def_prop_ro("usual_load_w", of_model(&FacilityModel::usual_load), "median power of the computers")
      .def_prop_ro(
          "load_range_w", [](const LearnedFacility& learned) { return pair_of(learned.fit.model.load); },
          "the lowest and the highest load that it was learned at")
      .def_prop_ro("temperature_range_c", temperatures_of, "that it was learned at; None without weather")
      .def_prop_ro("error", of_model(&FacilityModel::error),
                   "90 % of powers that were held out lie within this share of what was said of them")
      .def_prop_ro("calibrated", of_model(&FacilityModel::calibrated),
                   "False: the error comes from fewer than ten days")
      .def_prop_ro("rows", of_model(&FacilityModel::samples), "of the meter, that it was learned from")
      .def_prop_ro("length_s", of_model(&FacilityModel::length), "that these rows cover")
      .def_prop_ro("learned_on", of_model(&FacilityModel::learned_on))
      .def_prop_ro("load_from", of_model(&FacilityModel::load_from), "where the computers' power came from")
      .def_ro("without_load", &LearnedFacility::without_load,
              "rows left out: it is not known what the computers drew")
      .def_prop_ro("without_weather", of_fit(&FacilityFit::without_weather), "rows left out: no temperature")
      .def_prop_ro("impossible", of_fit(&FacilityFit::impossible),
                   "rows left out: the computers draw nothing, or more than the facility")
      .def_prop_ro("notes", of_fit(&FacilityFit::notes), "what could not be told apart")
      .def("pue", pue_of, nb::kw_only(), nb::arg("load_w") = nb::none(), nb::arg("outside_c") = nb::none(),
           "At a load (None: the usual one) and a temperature; None where it depends on one that is not "
           "given.")
      .def("__str__",
           [](const LearnedFacility& learned) { return in_python_words(report::to_text(learned)); })
      .def("to_json", [](const LearnedFacility& learned) { return report::to_json_text(learned); });
}

}  // namespace

void bind_facility(nb::module_& module) {
  nb::class_<FacilityRequest>(module, "FacilityRequest")
      .def(nb::init<>())
      .def_rw("meter", &FacilityRequest::meter)
      .def_rw("weather", &FacilityRequest::weather)
      .def_rw("store", &FacilityRequest::store)
      .def_rw("output", &FacilityRequest::output);
  bind_result(module);
  module.def(
      "learn_facility",
      [](const FacilityRequest& request) {
        const WithoutGil released;
        return value_of(session::learn_facility(request));
      },
      nb::arg("request"));
}

}  // namespace joulecast::python
