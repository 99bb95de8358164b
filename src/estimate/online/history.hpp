// The projections that a recorded or unfinished run would have shown: one after each unit of work, and within
// units where the run recorded its progress.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/online/run_projector.hpp"
#include "trace/forecast_doubt.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

struct HistoryOptions {
  /// Takes the place of the run's own total work, or supplies it where the run has none.
  std::optional<double> total_work{};
  std::optional<Prior> prior{};
  /// Its max_epochs becomes the total work if work is counted in epochs.
  std::optional<EarlyStoppingRule> early_stopping{};
  std::vector<EarlierStop> earlier_stops{};
  std::string watched_metric{};        ///< name of the epochs' metric that early stopping watches
  std::optional<double> ask_work{};    ///< asks what the run will have cost when this much work is done
  std::optional<Joules> ask_budget{};  ///< asks when this budget will be used up
};

struct ProjectedMoment {
  int epoch = 0;  ///< the number in the run of the epoch that ended or is under way
  bool within_epoch = false;
  Seconds time{0};  ///< when it ended, from the run's start
  double work = 0;  ///< work done by then
  Projection projection;
  std::optional<Estimate<Joules>> cost_at;
  std::optional<Estimate<double>> work_at_budget;
};

struct ProjectionHistory {
  double total_work = 0;
  std::string work_unit = "epoch";
  std::vector<ProjectedMoment> moments;  ///< the moments at which a projection was possible
  /// False if the epochs' bounds are unknown and the run was divided evenly.
  bool bounds_recorded = true;
  /// Why none of the projections is relied on, as the run keeps it.
  trace::ForecastDoubt doubt = trace::ForecastDoubt::none;
  /// Energy used until the end of the last unit; only if all of the work was done.
  std::optional<Joules> measured;
};

/// The output of a RunProjector after each unit of the run (of its last phase, if it has several: what came
/// before counts as it was measured), and about every hundredth of the work within
/// units whose progress was recorded. invalid in the cases of replay_of(), if no unit was measured, or if
/// early stopping watches a metric that no epoch has.
[[nodiscard]] Result<ProjectionHistory> project_history(const trace::Run& run,
                                                        const HistoryOptions& options = {});

/// Finds the moment that a user names. "20%" is the first moment with at least that share of the work done,
/// "12" is the one at the end of epoch 12, and "" is the last. invalid, with "at" as the place, if there is
/// no such moment.
[[nodiscard]] Result<std::size_t> find_moment(const ProjectionHistory& history, const std::string& at);

}  // namespace joulecast::estimate
