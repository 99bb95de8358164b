#include <algorithm>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/members.hpp"
#include "bind/pickling.hpp"
#include "bind/without_gil.hpp"
#include "estimate/online/projector.hpp"
#include "measure/recorded_limit_state.hpp"
#include "report/forecast/projection_report.hpp"
#include "session/forecast/project_run.hpp"
#include "trace/run.hpp"

namespace joulecast::python {

inline auto members(Of<trace::Projection>) {
  using P = trace::Projection;
  return std::tuple{&P::time, &P::share, &P::method, &P::total, &P::low, &P::high, &P::ready, &P::withdrawn};
}

namespace {

using estimate::Projection;

/// A getter of a value or a bound of its interval.
template <class U>
auto value(estimate::Estimate<U> Projection::*estimate) {
  return [estimate](const Projection& projection) { return (projection.*estimate).value.value(); };
}
template <class U>
auto bound(estimate::Estimate<U> Projection::*estimate, U estimate::Interval<U>::*side) {
  return [estimate, side](const Projection& projection) -> std::optional<double> {
    const auto& interval = (projection.*estimate).interval;
    if (!interval) return std::nullopt;
    return ((*interval).*side).value();
  };
}

void bind_history(nb::module_& module) {
  using estimate::ProjectedMoment;
  using session::ProjectedRun;
  using session::ProjectRequest;
  nb::class_<ProjectedMoment>(module, "Moment", "A forecast as the run would have shown it at a moment.")
      .def_ro("epoch", &ProjectedMoment::epoch)
      .def_ro("within_epoch", &ProjectedMoment::within_epoch)
      .def_prop_ro("time_s", get(&ProjectedMoment::time))
      .def_ro("work", &ProjectedMoment::work)
      .def_ro("projection", &ProjectedMoment::projection);
  nb::class_<ProjectRequest>(module, "ProjectRequest")
      .def(nb::init<>())
      .def_rw("run", &ProjectRequest::run)
      .def_rw("store", &ProjectRequest::store)
      .def_rw("at", &ProjectRequest::at)
      .def_prop_rw(
          "total_work", [](const ProjectRequest& self) { return self.history.total_work; },
          [](ProjectRequest& self, std::optional<double> work) { self.history.total_work = work; },
          nb::for_setter(nb::arg("value").none()));
  nb::class_<ProjectedRun>(module, "ProjectedRun", "The forecasts of a recorded or unfinished run.")
      .def_ro("run", &ProjectedRun::run, "its name or id")
      .def_prop_ro("total_work", [](const ProjectedRun& self) { return self.history.total_work; })
      .def_prop_ro("unit", [](const ProjectedRun& self) { return self.history.work_unit; })
      .def_prop_ro("moments", [](const ProjectedRun& self) { return self.history.moments; })
      .def_prop_ro(
          "projection", [](const ProjectedRun& self) { return self.moment().projection; },
          "at the moment that was asked for")
      .def_prop_ro(
          "measured_j", [](const ProjectedRun& self) { return plain(self.history.measured); },
          "what the work used, once all of it is done")
      .def("__str__", [](const ProjectedRun& self) { return report::to_text(self); })
      .def("to_json", [](const ProjectedRun& self) { return report::to_json_text(self); });
  module.def(
      "project",
      [](const ProjectRequest& request) {
        const WithoutGil released;
        return value_of(session::project(request));
      },
      nb::arg("request"));
}

}  // namespace

void bind_projection(nb::module_& module) {
  using JoulesInterval = estimate::Interval<Joules>;
  using SecondsInterval = estimate::Interval<Seconds>;
  nb::class_<Projection> projection(module, "Projection",
                                    "What a run will have cost when all of its work is done.");
  projection.def_prop_ro("total_j", value(&Projection::total), "joules")
      .def_prop_ro("low_j", bound(&Projection::total, &JoulesInterval::low), "lower end of the interval")
      .def_prop_ro("high_j", bound(&Projection::total, &JoulesInterval::high), "upper end of the interval")
      .def_prop_ro(
          "level", [](const Projection&) { return estimate::interval_level; }, "of the intervals")
      .def_prop_ro("ready", get(&Projection::ready), "the estimate itself considers the figure reliable")
      .def_prop_ro("share", get(&Projection::share), "of the work that is done, 0 to 1")
      .def_prop_ro("used_j", get(&Projection::used), "joules used so far")
      .def_prop_ro("duration_s", value(&Projection::duration), "of the whole run, in seconds")
      .def_prop_ro("duration_low_s", bound(&Projection::duration, &SecondsInterval::low))
      .def_prop_ro("duration_high_s", bound(&Projection::duration, &SecondsInterval::high))
      .def_prop_ro("remaining_s", value(&Projection::remaining_time), "seconds until the end")
      .def_prop_ro("method", [](const Projection& self) { return std::string(self.method); });
  def_pickling(projection);

  using Stored = trace::Projection;
  nb::class_<Stored> stored(module, "StoredProjection", "A forecast that was made during a run.");
  stored.def_prop_ro("time_s", get(&Stored::time), "seconds from the run's start")
      .def_prop_ro("share", get(&Stored::share), "of the work that was done, 0 to 1")
      .def_prop_ro("method", get(&Stored::method))
      .def_prop_ro("total_j", get(&Stored::total), "joules")
      .def_prop_ro("low_j", get(&Stored::low))
      .def_prop_ro("high_j", get(&Stored::high))
      .def_prop_ro("level", [](const Stored&) { return estimate::interval_level; })
      .def(
          "after",
          [](const Stored& made, std::optional<double> used_j, bool over) {
            return measure::forecast_after(made, used_j ? std::optional{Joules{*used_j}} : std::nullopt,
                                           over);
          },
          nb::arg("used_j"), nb::arg("over"),
          "The same once so much is used: no figure lies below it. Unless the run is over, all of its work "
          "was not all.")
      .def_prop_ro("ready", get(&Stored::ready));
  def_pickling(stored);
  bind_history(module);
}

}  // namespace joulecast::python
