#include "estimate/online/history.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "estimate/online/replay.hpp"
#include "trace/phases.hpp"

namespace joulecast::estimate {
namespace {

constexpr double step_within_epochs = 0.01;  // of the total work, between moments within an epoch

/// The total work that the projection uses.
Result<double> planned_work(const trace::Run& run, const HistoryOptions& options) {
  if (options.total_work) return *options.total_work;
  if (options.early_stopping && (run.info.work_unit.empty() || run.info.work_unit == "epoch"))
    return options.early_stopping->max_epochs;
  if (run.info.total_work) return *run.info.total_work;
  return fail(ErrorKind::invalid, run.info.id, "its total work is not known");
}

Status check_metric(const trace::Run& run, const HistoryOptions& options) {
  if (!options.early_stopping) return {};
  if (options.watched_metric.empty())
    return fail(ErrorKind::invalid, "early stopping", "needs the name of the metric that it watches");
  const bool known = std::ranges::any_of(
      run.epochs, [&](const auto& epoch) { return epoch.metrics.contains(options.watched_metric); });
  if (known) return {};
  return fail(ErrorKind::invalid, run.info.id, "no epoch has a metric '{}'", options.watched_metric);
}

ProjectedMoment moment_after(const RunProjector& projector, const Projection& projection,
                             const HistoryOptions& options) {
  ProjectedMoment moment;
  moment.time = projector.time();
  moment.work = projector.work_done();
  moment.projection = projection;
  if (options.ask_work) moment.cost_at = projector.cost_at(*options.ask_work);
  if (options.ask_budget) moment.work_at_budget = projector.work_at_budget(*options.ask_budget);
  return moment;
}

/// The run as its last phase alone, which counts its work from its own beginning.
trace::Run last_phase_of(trace::Run run) {
  const auto last = run.phases.size() - 1;
  std::erase_if(run.epochs, [&](const auto& epoch) { return epoch.phase != last; });
  std::erase_if(run.progress, [&](const auto& point) { return point.phase != last; });
  for (auto& epoch : run.epochs) epoch.phase = 0;
  for (auto& point : run.progress) point.phase = 0;
  // Work that its first report already counts was done since the phase's begin, not since the run's.
  const auto& phase = run.phases[last];
  if (!run.progress.empty() && run.progress.front().work > 0 && phase.span.begin < run.progress.front().time)
    run.progress.insert(run.progress.begin(), {phase.span.begin, 0, 0});
  // The folds that are still to come are a part of the total.
  if (trace::total_covers_phases(run))
    for (std::size_t i = 0; i < last; ++i) *run.info.total_work -= run.phases[i].work;
  else
    run.info.total_work = phase.total_work;
  run.info.work_unit = phase.unit;
  run.phases = {phase};
  return run;
}

Result<ProjectionHistory> project_phase(const trace::Run& run, const HistoryOptions& options) {
  const auto total = planned_work(run, options);
  if (!total) return propagate(total.error());
  if (auto ok = check_metric(run, options); !ok) return propagate(ok.error());
  const auto replay = replay_of(run, {.total_work = *total});
  if (!replay) return propagate(replay.error());
  auto projector = RunProjector::begin({.total_work = *total,
                                        .prior = options.prior,
                                        .early_stopping = options.early_stopping,
                                        .earlier_stops = options.earlier_stops});
  if (!projector) return propagate(projector.error());

  if (const auto epoch = replay->epoch_work()) projector->set_epoch_work(*epoch);
  if (replay->counts_steps) projector->set_counts_steps(*replay->counts_steps);
  ProjectionHistory history;
  history.total_work = *total;
  history.bounds_recorded = replay->bounds_recorded;
  if (!run.info.work_unit.empty()) history.work_unit = run.info.work_unit;
  double told = 0;
  for (std::size_t i = 0; i < replay->movements.size(); ++i) {
    const auto unit = replay->unit_of[i];
    const bool within = i + 1 < replay->movements.size() && replay->unit_of[i + 1] == unit;
    const auto before = projector->time();
    if (auto ok = projector->move(replay->movements[i]); !ok) return propagate(ok.error());
    if (!within && options.early_stopping && unit < run.epochs.size())
      if (const auto metric = run.epochs[unit].metrics.find(options.watched_metric);
          metric != run.epochs[unit].metrics.end())
        projector->add_metric(metric->second);
    // an epoch that took no time brings nothing new
    if (projector->time() == before) continue;
    if (within && projector->work_done() < told + step_within_epochs * *total) continue;
    const auto projection = projector->projection();
    if (!projection) continue;
    told = projector->work_done();
    history.moments.push_back(moment_after(*projector, *projection, options));
    history.moments.back().epoch = run.epochs.empty() ? static_cast<int>(unit) : run.epochs[unit].index;
    history.moments.back().within_epoch = within;
  }
  if (history.moments.empty())
    return fail(ErrorKind::invalid, run.info.id, "no energy was measured in any of its epochs");
  if (projector->work_done() >= *total * 0.99) history.measured = history.moments.back().projection.used;
  return history;
}

/// What the run says of itself, unless the user's options answer it.
trace::ForecastDoubt doubt_about(const trace::Run& run, const HistoryOptions& options) {
  using enum trace::ForecastDoubt;
  const auto kept = trace::forecast_doubt_from(run.info.forecast_doubt).value_or(none);
  if (kept == may_end_early && options.early_stopping) return none;
  const bool folds = run.phases.size() > 1 && !trace::total_covers_phases(run);
  return kept == none && folds && trace::may_count_again(run.phases) ? more_may_follow : kept;
}

}  // namespace

Result<ProjectionHistory> project_history(const trace::Run& run, const HistoryOptions& options) {
  auto history =
      run.phases.size() < 2 ? project_phase(run, options) : project_phase(last_phase_of(run), options);
  if (!history) return history;
  history->doubt = doubt_about(run, options);
  for (auto& moment : history->moments) {
    if (history->doubt != trace::ForecastDoubt::none) moment.projection.ready = false;
    if (history->doubt == trace::ForecastDoubt::may_end_early) begin_interval_now(moment.projection);
  }
  return history;
}

Result<std::size_t> find_moment(const ProjectionHistory& history, const std::string& at) {
  const auto& moments = history.moments;
  if (at.empty()) return moments.size() - 1;
  if (at.back() == '%') {
    const auto share = parse_double(std::string_view(at).substr(0, at.size() - 1));
    if (!share || *share <= 0 || *share > 100)
      return fail_field("at", "a share lies between 0 and 100 %, not '{}'", at);
    const auto found = std::ranges::find_if(
        moments, [&](const auto& moment) { return moment.projection.share >= *share / 100 - 1e-9; });
    if (found != moments.end()) return static_cast<std::size_t>(found - moments.begin());
    return fail_field("at", "only {:.3g} % of the work is done", 100 * moments.back().projection.share);
  }
  const auto epoch = parse_int(at);
  if (!epoch) return fail_field("at", "'{}' is neither a share like 20% nor the number of an epoch", at);
  const auto found = std::ranges::find_if(
      moments, [&](const auto& moment) { return moment.epoch == *epoch && !moment.within_epoch; });
  if (found != moments.end()) return static_cast<std::size_t>(found - moments.begin());
  return fail_field("at", "there is no projection after epoch {}: they go from {} to {}", *epoch,
                    moments.front().epoch, moments.back().epoch);
}

}  // namespace joulecast::estimate
