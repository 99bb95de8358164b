// Every projection that a recorded or half-finished run would have shown, one after each unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/online/run_projector.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

struct HistoryOptions {
  std::optional<double> total_work{};  ///< replaces what the run says, or says it where the run does not
  std::optional<Prior> prior{};
  std::optional<EarlyStoppingRule>
      early_stopping{};  ///< max_epochs is then the total, where the work is epochs
  std::vector<EarlierStop> earlier_stops{};
  std::string watched_metric{};        ///< of the run's epochs, for early stopping
  std::optional<double> ask_work{};    ///< "what will it have cost when this much is done"
  std::optional<Joules> ask_budget{};  ///< "when is this used up"
};

struct ProjectedMoment {
  int epoch = 0;    ///< its number in the run
  Seconds time{0};  ///< when it ended, from the run's start
  double work = 0;  ///< done by then
  Projection projection;
  std::optional<Estimate<Joules>> cost_at;
  std::optional<Estimate<double>> work_at_budget;
};

struct ProjectionHistory {
  double total_work = 0;
  std::string work_unit = "epoch";
  std::vector<ProjectedMoment> moments;  ///< those at which something was known
  bool bounds_recorded = true;     ///< false: the run was divided evenly, its epochs' bounds are unknown
  std::optional<Joules> measured;  ///< used until the end of the last unit, where all of the work was done
};

/// What a RunProjector says after each unit of the run. invalid as replay_of() says, where no unit was
/// measured, or where early stopping watches a metric that no epoch has.
[[nodiscard]] Result<ProjectionHistory> project_history(const trace::Run& run,
                                                        const HistoryOptions& options = {});

/// The moment that a person means: "20%" = the first with at least that share done, "12" = after the epoch of
/// that number, "" = the last. invalid, with "at" as the place, where there is none.
[[nodiscard]] Result<std::size_t> find_moment(const ProjectionHistory& history, const std::string& at);

}  // namespace joulecast::estimate
