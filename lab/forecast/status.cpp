#include "lab/forecast/status.hpp"

#include <algorithm>
#include <cmath>

#include "lab/campaign/drift.hpp"
#include "lab/plan/cells.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::lab {
namespace {

ReferenceStatus reference_of(const Plan& plan, const Standing& standing) {
  ReferenceStatus status;
  status.tolerance = plan.reference->tolerance;
  for (const auto* run : standing.references()) {
    status.runs += run->outcome == Outcome::finished ? 1 : 0;
    const auto drift = drift_of(standing, *run);
    if (!drift) continue;
    status.last_drift = drift;
    if (!status.worst_drift || std::abs(*drift) > std::abs(*status.worst_drift)) status.worst_drift = drift;
  }
  return status;
}

void count_runs(const CampaignState& state, CampaignStatus& status) {
  for (const auto& run : state.runs) {
    status.interrupted += run.outcome == Outcome::interrupted ? 1 : 0;
    status.flagged += run.conduct.flags.empty() ? 0 : 1;
    status.run_time = status.run_time + run.duration;
    if (!status.began || run.began < *status.began) status.began = run.began;
    if (!status.last || *status.last < run.ended) status.last = run.ended;
  }
  for (const auto& session : state.sessions) status.busy_sessions += session.busy.empty() ? 0 : 1;
}

CellStatus cell_status(const Plan& plan, std::size_t index, const CellState& state) {
  CellStatus status;
  status.cell = &plan.cells[index];
  status.title = title_of(plan.cells[index], plan.factors);
  status.finished = state.finished.size();
  status.failed = state.failed.size();
  status.given_up = state.given_up;
  if (state.failed.empty()) return status;
  status.last_failure = state.failed.back()->outcome;
  status.last_reason = state.failed.back()->reason;
  return status;
}

}  // namespace

CampaignStatus status_of(const Plan& plan, const CampaignState& state, const EarlierRuns& earlier,
                         const Predictions& predictions, WallTime now) {
  const Standing standing(plan, state);
  CampaignStatus status;
  status.plan = &plan;
  status.store = state.begun ? state.begun->store : "";
  status.most = plan.cells.size() * static_cast<std::size_t>(plan.repetitions.at_most);
  status.without_journal = state.without_journal;
  status.unclear = state.unclear.size();
  status.strangers = standing.strangers();
  status.spent = standing.spent();
  status.spent_between_runs = standing.spent_between_runs();
  status.without_energy = standing.without_energy();
  status.why_not_predicted = predictions.why_not;
  count_runs(state, status);
  std::vector<CellForecast> forecasts;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    auto cell = cell_status(plan, i, standing.cell(i));
    const auto wanted = std::min(cell.finished, static_cast<std::size_t>(plan.repetitions.at_most));
    status.finished += wanted;
    status.beyond += cell.finished - wanted;
    status.cells_given_up += cell.given_up ? 1 : 0;
    for (const auto* run : standing.cell(i).failed) ++status.failures[run->outcome];
    cell.forecast = forecast_cell(plan.cells[i], standing.cell(i), earlier, predictions);
    forecasts.push_back(cell.forecast);
    status.cells.push_back(std::move(cell));
  }
  if (plan.reference) status.reference = reference_of(plan, standing);
  if (auto needed = NeededRepetitions::make(plan); needed && needed->rule()) {
    needed->look_at(standing);
    status.saved = saved_repetitions(plan, standing, *needed->decisions());
  }
  status.rest = forecast_rest(plan, standing, forecasts);
  add_consequences(plan, status.rest);
  if (status.rest.runs_left > 0 && status.rest.duration_s && status.rest.runs_without_duration == 0) {
    const auto seconds = status.rest.duration_s->value + status.rest.pauses.value();
    constexpr double longest = 3e9;  // a century; beyond it a date says nothing
    if (seconds < longest) status.end = WallTime{now.ns + static_cast<std::int64_t>(seconds * 1e9)};
  }
  return status;
}

Result<CampaignStatus> read_status(const Plan& plan, const CampaignState& state,
                                   const StatusRequest& request) {
  const auto& url = request.store.empty() && state.begun ? state.begun->store : request.store;
  EarlierRuns earlier;
  const auto store = session::open_store(url, store::Access::look);
  // A store that the user names must be there; without one, nothing was measured before.
  if (!store && (!request.store.empty() || store.error().kind != ErrorKind::unavailable))
    return propagate(store.error());
  if (store) {
    auto found = earlier_runs(**store, plan);
    if (!found) return propagate(found.error());
    earlier = std::move(*found);
  }
  const auto predictions = request.predict
                               ? predict_cells(plan, unmeasured_cells(plan, Standing(plan, state), earlier))
                               : Predictions{};
  return status_of(plan, state, earlier, predictions, system_clock().wall());
}

}  // namespace joulecast::lab
