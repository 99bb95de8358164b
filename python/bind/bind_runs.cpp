#include <nanobind/ndarray.h>

#include <algorithm>
#include <span>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/members.hpp"
#include "bind/pickling.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "session/runs/list_runs.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_summary.hpp"
#include "trace/energy.hpp"

namespace joulecast::python {

/// A part of a run: an epoch, a phase or a window.
struct RunPart {
  std::string name;
  double start_s = 0, end_s = 0;
  std::optional<double> energy_j;
};

struct EpochPart : RunPart {
  int index = 0;
  std::string phase;
  std::map<std::string, double> metrics;
};

struct PhasePart : RunPart {
  std::string unit;
  double work = 0;
  std::optional<double> total_work;
};

/// One of the runs that an interrupted training consists of; its name is its id.
struct SegmentPart : RunPart {
  std::string status;
  std::string host;
  std::optional<double> redone_j;
};

inline auto members(Of<RunPart>) {
  using P = RunPart;
  return std::tuple{&P::name, &P::start_s, &P::end_s, &P::energy_j};
}
inline auto members(Of<EpochPart>) {
  using E = EpochPart;
  return std::tuple_cat(members(Of<RunPart>{}), std::tuple{&E::index, &E::phase, &E::metrics});
}
inline auto members(Of<PhasePart>) {
  using P = PhasePart;
  return std::tuple_cat(members(Of<RunPart>{}), std::tuple{&P::unit, &P::work, &P::total_work});
}
inline auto members(Of<SegmentPart>) {
  using S = SegmentPart;
  return std::tuple_cat(members(Of<RunPart>{}), std::tuple{&S::status, &S::host, &S::redone_j});
}
inline auto members(Of<store::RunRow>) {
  using R = store::RunRow;
  return std::tuple{&R::id,           &R::name,     &R::status,     &R::exit_status,  &R::started,
                    &R::duration,     &R::energy,   &R::provenance, &R::missing,      &R::coverage,
                    &R::not_measured, &R::command,  &R::tags,       &R::architecture, &R::host,
                    &R::epochs,       &R::segments, &R::last_heard};
}
inline auto members(Of<trace::HostInfo>) {
  using H = trace::HostInfo;
  return std::tuple{&H::hostname,     &H::os,   &H::cpu_model,        &H::logical_cpus,
                    &H::memory_bytes, &H::gpus, &H::joulecast_version};
}
inline auto members(Of<trace::Channel>) {
  using C = trace::Channel;
  return std::tuple{&C::name,
                    &C::sensor,
                    &C::node,
                    &C::quantity,
                    &C::behaviour,
                    &C::component,
                    &C::device,
                    &C::device_name,
                    &C::resolution,
                    &C::update_period,
                    &C::averaging_window,
                    &C::lag,
                    &C::wrap_range,
                    &C::plausible_maximum,
                    &C::may_be_off,
                    &C::contained_in,
                    &C::provenance,
                    &C::relative_uncertainty,
                    &C::note};
}
inline auto members(Of<trace::Trace>) {
  using T = trace::Trace;
  return std::tuple{&T::channel, &T::times, &T::values, &T::gaps};
}
inline auto members(Of<session::GaugeMean>) {
  using G = session::GaugeMean;
  return std::tuple{&G::component, &G::device, &G::node, &G::quantity, &G::mean};
}

namespace {

using session::RunSummary;
using trace::Trace;

RunPart part_of(std::string name, const trace::Span& span, const std::optional<Joules>& energy) {
  return {std::move(name), span.begin.value(), span.end.value(), plain(energy)};
}

std::vector<EpochPart> epochs_of(const RunSummary& summary) {
  std::vector<EpochPart> epochs;
  const auto& phases = summary.course.phase_names;
  for (std::size_t i = 0; i < summary.run.epochs.size(); ++i) {
    const auto& epoch = summary.run.epochs[i];
    epochs.push_back({part_of(std::to_string(epoch.index), epoch.span, summary.epoch_energy[i]), epoch.index,
                      epoch.phase < phases.size() ? phases[epoch.phase] : "", epoch.metrics});
  }
  return epochs;
}

std::vector<PhasePart> phases_of(const RunSummary& summary) {
  std::vector<PhasePart> phases;
  for (std::size_t i = 0; i < summary.run.phases.size(); ++i) {
    const auto& phase = summary.run.phases[i];
    phases.push_back({part_of(summary.course.phase_names[i], phase.span, summary.course.phase_energy[i]),
                      phase.unit, phase.work, phase.total_work});
  }
  return phases;
}

std::vector<SegmentPart> segments_of(const RunSummary& summary) {
  std::vector<SegmentPart> segments;
  for (std::size_t i = 0; i < summary.segments.size(); ++i) {
    const auto& segment = summary.run.info.segments[i];
    const auto& cost = summary.segments[i];
    segments.push_back({part_of(segment.id, segment.span, cost.energy), std::string(name_of(segment.status)),
                        segment.hostname, plain(cost.redone)});
  }
  return segments;
}

std::vector<RunPart> windows_of(const RunSummary& summary) {
  std::vector<RunPart> windows;
  for (std::size_t i = 0; i < summary.run.windows.size(); ++i) {
    const auto& window = summary.run.windows[i];
    windows.push_back(part_of(window.name, window.span, summary.course.window_energy[i]));
  }
  return windows;
}

/// A view of the trace's numbers, for memoryview or numpy; it keeps the trace alive.
auto numbers(std::vector<double> Trace::*member) {
  return [member](nb::handle_t<Trace> self) {
    const auto& values = nb::cast<const Trace&>(self).*member;
    return nb::ndarray<nb::memview, const double, nb::ndim<1>>(values.data(), {values.size()}, self);
  };
}

void bind_parts(nb::module_& module) {
  nb::class_<RunPart> part(module, "Part", "A stretch of a run, with its energy.");
  part.def_ro("name", &RunPart::name)
      .def_ro("start_s", &RunPart::start_s, "seconds from the run's start")
      .def_ro("end_s", &RunPart::end_s)
      .def_prop_ro("duration_s", [](const RunPart& self) { return self.end_s - self.start_s; })
      .def_ro("energy_j", &RunPart::energy_j, "joules; None if unknown");
  def_pickling(part);
  nb::class_<EpochPart, RunPart> epoch(module, "Epoch");
  epoch.def_ro("index", &EpochPart::index, "as the training numbers it")
      .def_ro("phase", &EpochPart::phase)
      .def_ro("metrics", &EpochPart::metrics);
  def_pickling(epoch);
  nb::class_<PhasePart, RunPart> phase(module, "Phase", "A part of a training that counts its work from 0.");
  phase.def_ro("unit", &PhasePart::unit, "what the work is counted in")
      .def_ro("work", &PhasePart::work)
      .def_ro("total_work", &PhasePart::total_work);
  def_pickling(phase);
  nb::class_<SegmentPart, RunPart> segment(
      module, "Segment", "One of the runs that an interrupted training consists of. Its name is its id.");
  segment.def_ro("status", &SegmentPart::status)
      .def_ro("host", &SegmentPart::host)
      .def_ro("redone_j", &SegmentPart::redone_j,
              "joules that went into work that was done again; None if none did");
  def_pickling(segment);
}

void bind_trace(nb::module_& module) {
  nb::class_<Trace> bound(module, "Trace", "One channel over time.");
  def_pickling(bound);
  bound.def_prop_ro("name", [](const Trace& trace) { return trace.channel.name; })
      .def_prop_ro("quantity", [](const Trace& trace) { return plain(trace.channel.quantity); })
      .def_prop_ro("unit", [](const Trace& trace) { return std::string(unit_of(trace.channel.quantity)); })
      .def_prop_ro("component", [](const Trace& trace) { return plain(trace.channel.component); })
      .def_prop_ro("device", [](const Trace& trace) { return trace.channel.device; })
      .def_prop_ro("sensor", [](const Trace& trace) { return trace.channel.sensor; })
      .def_prop_ro("provenance", [](const Trace& trace) { return plain(trace.channel.provenance); })
      .def_prop_ro("times_s", numbers(&Trace::times), "seconds from the run's start, as a memoryview")
      .def_prop_ro("values", numbers(&Trace::values), "in the unit, as a memoryview")
      .def_prop_ro("gaps_s", [](const Trace& trace) {
        std::vector<std::pair<double, double>> gaps;
        for (const auto& gap : trace.gaps) gaps.emplace_back(gap.begin.value(), gap.end.value());
        return gaps;
      });
}

template <class Member>
auto of_run(Member trace::Run::*member) {
  return [member](const RunSummary& summary) { return plain(summary.run.*member); };
}

/// A time by the wall clock, in seconds since 1970, on the run's own axis, which leaves out what lay between
/// the segments of a training.
Seconds on_axis(const trace::Run& run, double time) {
  const auto since = [time](WallTime begin) { return Seconds{time - plain(begin)}; };
  const auto& segments = run.info.segments;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (!segment->started || since(*segment->started) < Seconds{0}) continue;
    const auto at = segment->span.begin + since(*segment->started);
    return segment == segments.rbegin() ? at : std::min(at, segment->span.end);
  }
  return since(run.started.value_or(WallTime{}));
}

/// The wall clock at the end of what was measured so far, in seconds since 1970.
std::optional<double> measured_until(const RunSummary& summary) {
  const auto& run = summary.run;
  const auto& segments = run.info.segments;
  const auto begin = segments.empty() ? plain(run.started) : plain(segments.back().started);
  if (!begin) return std::nullopt;
  return *begin + (segments.empty() ? run.span : segments.back().span).length().value();
}

/// The parts of a run that is over lie within it; what lies outside was not measured. Of one that still runs
/// the last samples may not have come.
trace::RunEnergy energy_between(const RunSummary& summary, double begin_s, double end_s) {
  const auto& run = summary.run;
  const bool over = run.status != trace::RunStatus::running;
  const trace::Span asked{on_axis(run, begin_s), on_axis(run, end_s)};
  const trace::Span span{std::max(asked.begin, run.span.begin),
                         over ? std::min(asked.end, run.span.end) : asked.end};
  if (span.begin >= span.end) return {};
  auto energy = trace::energy_of(run, span);
  const double inside = span.length() / Seconds{end_s - begin_s};
  energy.coverage *= inside;
  for (auto& row : energy.components) row.coverage *= inside;
  return energy;
}

void bind_summary(nb::module_& module) {
  using trace::Run;
  nb::class_<RunSummary>(module, "Run", "A stored run and what it cost.")
      .def_prop_ro("id", [](const RunSummary& summary) { return summary.run.info.id; })
      .def_prop_ro("name", [](const RunSummary& summary) { return summary.run.info.name; })
      .def_prop_ro("status", of_run(&Run::status),
                   "\"running\", \"finished\", \"failed\", \"interrupted\" or \"stopped\"")
      .def_prop_ro("exit_status", of_run(&Run::exit_status))
      .def_prop_ro("command", of_run(&Run::command))
      .def_prop_ro("tags", of_run(&Run::tags))
      .def_prop_ro("notes", of_run(&Run::notes))
      .def_prop_ro("started", of_run(&Run::started), "seconds since 1970, UTC")
      .def_prop_ro("duration_s", [](const RunSummary& summary) { return summary.run.span.length().value(); })
      .def_ro("energy", &RunSummary::energy)
      .def("energy_between", energy_between, nb::arg("begin_s"), nb::arg("end_s"),
           "Energy of a part of the run, by its samples; in seconds since 1970. Where a running run has no "
           "samples yet, the coverage is below 1.")
      .def_prop_ro("measured_until", measured_until, "seconds since 1970, UTC")
      .def_prop_ro("host", [](const RunSummary& summary) { return summary.run.host; })
      .def_ro("means", &RunSummary::means, "of utilisations, memory, temperatures and clocks")
      .def_prop_ro("mean_power_w", get(&RunSummary::mean_power))
      .def_prop_ro(
          "emissions_g", [](const RunSummary& summary) { return plain(summary.carbon.mass); },
          "grams of CO2e; None where the place is not known")
      .def_prop_ro("emissions_reason",
                   [](const RunSummary& summary) { return in_python_words(summary.carbon.reason); })
      .def_prop_ro("epochs", epochs_of)
      .def_prop_ro("phases", phases_of)
      .def_prop_ro("windows", windows_of)
      .def_prop_ro("segments", segments_of, "of a training that was interrupted and went on; else empty")
      .def_prop_ro(
          "projections", [](const RunSummary& summary) { return summary.run.projections; },
          "the forecasts that were made during the run")
      .def_prop_ro("traces", [](const RunSummary& summary) { return summary.run.traces; });
}

void bind_machine(nb::module_& module) {
  using trace::HostInfo;
  nb::class_<HostInfo> host(module, "Host", "The machine of a run.");
  def_pickling(host);
  host.def_ro("hostname", &HostInfo::hostname)
      .def_ro("os", &HostInfo::os)
      .def_ro("cpu_model", &HostInfo::cpu_model)
      .def_ro("logical_cpus", &HostInfo::logical_cpus)
      .def_ro("memory_bytes", &HostInfo::memory_bytes)
      .def_ro("gpus", &HostInfo::gpus, "models of the GPUs, one each");
  using session::GaugeMean;
  nb::class_<GaugeMean> mean(module, "Mean", "Mean of a gauge over a run.");
  def_pickling(mean);
  mean.def_prop_ro("component", get(&GaugeMean::component))
      .def_ro("device", &GaugeMean::device)
      .def_ro("node", &GaugeMean::node)
      .def_prop_ro("quantity", get(&GaugeMean::quantity), "\"utilisation\", \"memory_used\" …")
      .def_ro("value", &GaugeMean::mean, "share of 1, bytes, °C or Hz");
}

void bind_row(nb::module_& module) {
  using store::RunRow;
  nb::class_<RunRow> row(module, "RunRow", "A run in a list.");
  def_pickling(row);
  row.def_prop_ro("id", get(&RunRow::id))
      .def_prop_ro("name", get(&RunRow::name))
      .def_prop_ro("status", get(&RunRow::status))
      .def_prop_ro("started", get(&RunRow::started), "seconds since 1970, UTC")
      .def_prop_ro("duration_s", get(&RunRow::duration))
      .def_prop_ro("energy_j", get(&RunRow::energy), "joules; None if unknown")
      .def_prop_ro("provenance", get(&RunRow::provenance))
      .def_ro("missing", &RunRow::missing, "components that are not in the energy")
      .def_ro("command", &RunRow::command)
      .def_ro("tags", &RunRow::tags)
      .def_prop_ro("architecture", get(&RunRow::architecture))
      .def_prop_ro("epochs", get(&RunRow::epochs), "number of epochs")
      .def_ro("segments", &RunRow::segments, "runs that the training consists of");
}

std::vector<store::RunRow> list(const session::ListRequest& request) {
  const WithoutGil released;
  return value_of(session::list_runs(request)).runs;
}

/// The run with all its samples, or with each trace reduced to a few points.
RunSummary load(const std::string& run, const std::string& store, bool samples) {
  const WithoutGil released;
  if (!samples) return value_of(session::show_run({store, run, {}})).summary;
  const auto opened = value_of(session::open_store(store, store::Access::read));
  auto loaded = value_of(opened->load(run));
  const auto place = loaded.place;
  return session::summarise(std::move(loaded), place, carbon::IntensityTable::read());
}

}  // namespace

void bind_runs(nb::module_& module) {
  bind_parts(module);
  bind_trace(module);
  bind_machine(module);
  bind_summary(module);
  bind_row(module);
  using session::ListRequest;
  nb::class_<ListRequest>(module, "ListRequest")
      .def(nb::init<>())
      .def_rw("store", &ListRequest::store)
      .def_rw("name", &ListRequest::name)
      .def_rw("tags", &ListRequest::tags)
      .def_rw("since", &ListRequest::since)
      .def_rw("until", &ListRequest::until)
      .def_rw("status", &ListRequest::status)
      .def_rw("host", &ListRequest::host)
      .def_rw("sort", &ListRequest::sort)
      .def_rw("reverse", &ListRequest::reverse)
      .def_rw("limit", &ListRequest::limit, nb::arg().none())
      .def_rw("offset", &ListRequest::offset);
  module.def("list_runs", list, nb::arg("request"));
  module.def("load_run", load, nb::arg("run"), nb::arg("store"), nb::arg("samples"));
}

}  // namespace joulecast::python
