#include "lab/runner/campaign_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "base/text.hpp"
#include "lab/campaign/drift.hpp"
#include "lab/execute/conduct.hpp"
#include "lab/execute/noise.hpp"
#include "stats/summary.hpp"

namespace joulecast::lab {
namespace {

/// The next run's cost is not known better than from the runs of all cells.
std::optional<double> mean_of_all(const CampaignState& state, std::optional<double> (*of)(const RunEnded&)) {
  std::vector<double> values;
  for (const auto& run : state.runs)
    if (const auto value = run.outcome == Outcome::finished ? of(run) : std::nullopt)
      values.push_back(*value);
  return values.empty() ? std::nullopt : std::optional(stats::mean(values));
}

std::optional<double> joules_of(const RunEnded& run) {
  return run.energy ? std::optional(run.energy->value()) : std::nullopt;
}

}  // namespace

Status CampaignRun::record(const Record& one) {
  if (const auto written = journal_.append(one); !written) return written;
  add(state_, one);
  if (standing_ && std::holds_alternative<RunEnded>(one)) standing_->take(state_.runs.back());
  return {};
}

std::vector<std::string> CampaignRun::gpus_of(const RunPlace& place) const {
  const auto* environment = plan_->environment_of(plan_->cells[schedule_->cell_of(place)]);
  return environment == nullptr ? std::vector<std::string>{} : environment->gpus;
}

Status CampaignRun::begin_session(const RunPlace& first) {
  SessionBegun session;
  if (const auto quiet = check_quiet(session.busy); !quiet) return quiet;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) session.host = host.data();
  if (plan_->cool_down && plan_->cool_down->within) {
    Pause pause;
    watcher_->waits("looking at the idle machine", plan_->cool_down->idle);
    session.idle = idle_ = measure_idle(plan_->cool_down->idle, gpus_of(first), pause);
    interrupted_ = pause.was_interrupted();
    if (!idle_ && !interrupted_)
      watcher_->says("nothing measures the idle machine: each cool-down lasts as long as it may");
  }
  session.at = system_clock().wall();
  for (const auto& reason : session.busy) watcher_->says("the machine is busy: " + reason);
  return record(session);
}

Status CampaignRun::warm_up_for(const RunPlace& first) {
  if (!plan_->warm_up || asked_to_end()) return {};
  const auto cell = plan_->reference ? plan_->reference->cell : schedule_->cell_of(first);
  const auto setup = set_up(*plan_, plan_->cells[cell], {Role::cell, plan_->cells[cell].id, 1, 1},
                            outputs_of(plan_->home) / "warm-up");
  std::error_code error;
  std::filesystem::create_directories(setup.output, error);
  if (error) return fail(ErrorKind::denied, setup.output, "cannot be made: {}", error.message());
  Pause pause;
  const auto warmed = warm_up(*plan_->warm_up, setup, pause,
                              [this](const std::string& what, Seconds left) { watcher_->waits(what, left); });
  interrupted_ = pause.was_interrupted();
  if (warmed.why != "steady" && warmed.why != "time" && !plan_->warm_up->prepares() && !interrupted_)
    watcher_->says(warmed.why);
  if (plan_->warm_up->steady && warmed.why == "time")
    watcher_->says(fmt::format("the machine was not steady after {}", to_text(warmed.duration)));
  if (const auto written = record(warmed); !written) return written;
  return check_prepared(*plan_, warmed);
}

/// After a run, and before a failed one is tried again.
Status CampaignRun::rest_before(const RunPlace& next) {
  if (made_ == 0) return {};
  if (plan_->cool_down) {
    Pause pause;
    const auto cooled =
        cool_down(*plan_->cool_down, idle_, gpus_of(next), pause,
                  [this](const std::string& what, Seconds left) { watcher_->waits(what, left); });
    interrupted_ = pause.was_interrupted();
    if (const auto written = record(cooled); !written) return written;
  }
  const bool again = !state_.runs.empty() && state_.runs.back().place.cell == next.cell &&
                     state_.runs.back().place.repetition == next.repetition && next.attempt > 1;
  if (again && plan_->retry.wait > Seconds{0} && !asked_to_end()) {
    Pause pause;
    watcher_->waits("waiting to try again", plan_->retry.wait);
    interrupted_ = !pause.wait(plan_->retry.wait);
  }
  return {};
}

Position CampaignRun::position_of(const RunPlace& place) {
  const auto cell = schedule_->cell_of(place);
  const auto rest = forecast_rest(*plan_, *standing_, forecasts_);
  Position position;
  position.ended = state_.runs.size();
  position.left = rest.runs_left;
  position.spent = standing_->spent();
  position.budget = plan_->energy_budget;
  if (forecasts_[cell].duration_s) position.run_takes = Seconds{forecasts_[cell].duration_s->value};
  // Cells that were never run take as long as the others.
  const auto usual =
      mean_of_all(state_, [](const RunEnded& run) { return std::optional(run.duration.value()); });
  if (rest.runs_without_duration == 0 || usual) {
    const double known = rest.duration_s ? rest.duration_s->value : 0;
    position.time_left =
        Seconds{known + usual.value_or(0) * static_cast<double>(rest.runs_without_duration)} + rest.pauses -
        rest.warm_up;
  }
  return position;
}

/// Asking takes up to a second: too long before short runs.
std::optional<int> CampaignRun::others_on_gpus(const RunPlace& place, const Position& position) const {
  constexpr Seconds worth_asking{10};
  if (!position.run_takes || *position.run_takes < worth_asking) return std::nullopt;
  return count_gpu_processes(gpus_of(place));
}

RunWishes CampaignRun::wishes() {
  RunWishes wishes;
  if (plan_->energy_budget)
    wishes.at_most = Joules{std::max(0.0, (*plan_->energy_budget - standing_->spent()).value())};
  wishes.ticked = [this](const measure::Live& live) {
    signals_->pass_on();
    watcher_->ticked(live);
  };
  return wishes;
}

bool CampaignRun::fits_budget(const RunPlace& place) {
  const auto& budget = plan_->energy_budget;
  if (!budget) return true;
  if (made_ == 1 && standing_->without_energy() == state_.runs.size())
    watcher_->says("nothing measures or models energy here: the energy budget cannot be watched");
  const auto spent = standing_->spent();
  const auto& forecast = forecasts_[schedule_->cell_of(place)];
  const auto expected =
      forecast.energy_j ? std::optional(forecast.energy_j->value) : mean_of_all(state_, joules_of);
  if (spent < *budget && spent + Joules{expected.value_or(0)} <= *budget) return true;
  watcher_->says(fmt::format(
      "the energy budget is {}, of which {} is used; the next run would need {}: stopped before it",
      to_text(*budget), to_text(spent), expected ? to_text(Joules{*expected}) : "more than is left"));
  return false;
}

void CampaignRun::add_flags(RunEnded& run) const {
  std::vector<double> clocks;
  for (const auto& other : state_.runs)
    if (other.place.cell == run.place.cell && other.outcome == Outcome::finished &&
        other.conduct.gpu_clock_hz)
      clocks.push_back(*other.conduct.gpu_clock_hz);
  const auto usual = clocks.empty() ? std::nullopt : std::optional(stats::mean(clocks));
  const auto flags = flags_of(run.conduct, usual);
  run.conduct.flags.insert(run.conduct.flags.begin(), flags.begin(), flags.end());
}

/// Against the reference's first run, which later ones should repeat.
void CampaignRun::tell_drift(const RunEnded& run) {
  const auto drift = drift_of(*standing_, run);
  if (!drift || std::abs(*drift) <= plan_->reference->tolerance) return;
  watcher_->says(fmt::format(
      "the reference has drifted: {:+.1f} % from its first run, beyond the {:.3g} % that the plan allows",
      100 * *drift, 100 * plan_->reference->tolerance));
}

Result<bool> CampaignRun::make(const RunPlace& place) {
  const auto cell = schedule_->cell_of(place);
  const auto setup = set_up(*plan_, plan_->cells[cell], place);
  const auto position = position_of(place);
  watcher_->run_begins(setup, position);
  const auto gpu_processes = others_on_gpus(place, position);
  if (const auto written = record(RunBegun{place, setup.levels, system_clock().wall()}); !written)
    return propagate(written.error());
  auto executed = executor_->run(setup, wishes());
  if (!executed) return propagate(executed.error());
  executed->record.noise.gpu_processes = gpu_processes;
  add_flags(executed->record);
  if (const auto written = record(executed->record); !written) return propagate(written.error());
  ++made_;
  if (!standing_->cell(cell).finished.empty())
    forecasts_[cell] = forecast_cell(plan_->cells[cell], standing_->cell(cell), earlier_, {});
  watcher_->run_ended(setup, executed->record);
  if (place.role == Role::reference) tell_drift(state_.runs.back());
  over_budget_ = executed->over_budget;
  interrupted_ = executed->asked_to_end;
  return !over_budget_ && !interrupted_;
}

CampaignResult CampaignRun::result(CampaignEnd end) {
  return {end, made_, std::move(state_)};
}

Result<CampaignResult> CampaignRun::run(const MakeExecutor& make_executor) {
  standing_.emplace(*plan_, state_);
  auto needs_more =
      options_->needs_more ? Result<NeedsMore>(options_->needs_more) : needs_more_by_rule(*plan_);
  if (!needs_more) return propagate(needs_more.error());
  schedule_.emplace(*plan_, std::move(*needs_more));
  executor_ = make_executor(*plan_, store_);
  const auto predictions = predict_cells(*plan_, unmeasured_cells(*plan_, *standing_, earlier_));
  for (std::size_t i = 0; i < plan_->cells.size(); ++i)
    forecasts_.push_back(forecast_cell(plan_->cells[i], standing_->cell(i), earlier_, predictions));
  auto next = schedule_->next(*standing_);
  if (!next) return result(CampaignEnd::all_done);
  if (asked_to_end()) return result(CampaignEnd::interrupted);
  if (const auto begun = begin_session(*next); !begun) return propagate(begun.error());
  if (const auto warmed = warm_up_for(*next); !warmed) return propagate(warmed.error());
  for (; next; next = schedule_->next(*standing_)) {
    if (!asked_to_end())
      if (const auto rested = rest_before(*next); !rested) return propagate(rested.error());
    if (asked_to_end()) return result(CampaignEnd::interrupted);
    if (!fits_budget(*next)) return result(CampaignEnd::budget);
    const auto going_on = make(*next);
    if (!going_on) return propagate(going_on.error());
    if (!*going_on) return result(over_budget_ ? CampaignEnd::budget : CampaignEnd::interrupted);
  }
  return result(CampaignEnd::all_done);
}

}  // namespace joulecast::lab
