#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/pickling.hpp"
#include "bind/words.hpp"
#include "measure/measurement.hpp"

namespace joulecast::python {

inline auto members(Of<measure::MeasurementResult>) {
  using R = measure::MeasurementResult;
  return std::tuple{&R::run_id, &R::store, &R::energy, &R::duration};
}

namespace {

using measure::Live;

constexpr std::string_view over = "over";  ///< method of a forecast that is none any more

std::optional<estimate::Projection> projection_of(const measure::MeasurementResult& result) {
  if (!result.energy.total) return std::nullopt;
  const auto used = *result.energy.total;
  estimate::Projection projection;
  projection.share = 1;
  projection.used = used;
  projection.total = {used, std::nullopt};  // no forecast any more; how sure the energy is, it says itself
  projection.duration = {result.duration, estimate::Interval<Seconds>{result.duration, result.duration}};
  projection.ready = true;
  projection.method = over;
  return projection;
}

std::optional<estimate::Projection> projection_now(const Live& live) {
  auto projection = live.projection;
  if (projection && live.work_is_done) projection->ready = false;
  return projection;
}

std::string doubt_now(const Live& live) {
  if (live.doubt == trace::ForecastDoubt::none) return "";
  return in_python_words(trace::reason_of(live.doubt));
}

}  // namespace

void bind_live(nb::module_& module) {
  nb::class_<Live>(module, "Live", "The state of a measurement at its last tick.")
      .def_prop_ro("run_id", get(&Live::run_id), "\"\" while the run is not stored")
      .def_prop_ro("elapsed_s", get(&Live::elapsed))
      .def_prop_ro("energy", [](const Live& live) { return live.energy.energy; })
      .def_prop_ro("power_w", [](const Live& live) { return plain(live.energy.power); })
      .def_prop_ro("epoch", get(&Live::epoch))
      .def_prop_ro("total_epochs", get(&Live::total_epochs))
      .def_prop_ro("work",
                   [](const Live& live) -> std::optional<double> {
                     if (!live.phase) return std::nullopt;
                     return live.phase->work;
                   })
      .def_prop_ro("total_work",
                   [](const Live& live) -> std::optional<double> {
                     if (!live.phase) return std::nullopt;
                     return live.phase->total_work;
                   })
      .def_prop_ro("unit",
                   [](const Live& live) -> std::optional<std::string> {
                     if (!live.phase) return std::nullopt;
                     return live.phase->unit;
                   })
      .def_ro("metrics", &Live::metrics)
      .def_prop_ro("projection", projection_now)
      .def_ro("work_is_done", &Live::work_is_done, "all that was announced; the run goes on")
      .def_prop_ro("doubt", doubt_now,
                   "why the forecast is not relied on; \"\" where it is, or none is there");

  using measure::MeasurementResult;
  nb::class_<MeasurementResult> finished(module, "Finished", "What a finished measurement leaves.");
  finished.def_prop_ro("run_id", get(&MeasurementResult::run_id), "\"\" if the run could not be stored")
      .def_prop_ro("store", [](const MeasurementResult& result) { return result.store.string(); })
      .def_ro("energy", &MeasurementResult::energy)
      .def_prop_ro("projection", projection_of,
                   "what it cost, without an interval: nothing is left to forecast")
      .def_prop_ro("duration_s", get(&MeasurementResult::duration));
  def_pickling(finished);
}

}  // namespace joulecast::python
