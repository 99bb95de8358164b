// Where a campaign stands, as figures.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/campaign/needed_repetitions.hpp"
#include "lab/forecast/forecast.hpp"

namespace joulecast::lab {

struct CellStatus {
  std::string title;
  const Cell* cell = nullptr;  ///< of the plan
  std::size_t finished = 0;
  std::size_t failed = 0;
  bool given_up = false;
  std::optional<Outcome> last_failure;
  std::string last_reason;  ///< of that
  CellForecast forecast;
};

struct ReferenceStatus {
  std::size_t runs = 0;
  std::optional<double> last_drift, worst_drift;  ///< shares of the first run's energy
  double tolerance = 0;
};

struct CampaignStatus {
  const Plan* plan = nullptr;
  std::string store;                        ///< "" before the first run
  std::size_t finished = 0;                 ///< repetitions of the plan that are done
  std::size_t beyond = 0;                   ///< further ones, made before the plan's number was lowered
  bool without_journal = false;             ///< this is what the store knows
  std::size_t most = 0;                     ///< repetitions of the whole plan
  std::map<Outcome, std::size_t> failures;  ///< repetitions that ended otherwise, for good
  std::size_t interrupted = 0;              ///< runs that are made again
  std::size_t cells_given_up = 0;
  std::size_t unclear = 0;        ///< running now, or cut off by a kill of the lab
  std::size_t strangers = 0;      ///< finished runs of cells that the plan no longer has
  std::size_t flagged = 0;        ///< runs with a note: throttled, other clocks, a missing figure
  std::size_t busy_sessions = 0;  ///< that began on a busy machine
  std::optional<ReferenceStatus> reference;
  std::optional<SavedRepetitions> saved;  ///< of adaptive repetitions
  Joules spent{0};
  Joules spent_between_runs{0};         ///< of it, by warming up and cooling down
  std::size_t without_energy = 0;       ///< runs whose energy is not known, and not in `spent`
  Seconds run_time{0};                  ///< of all runs together
  std::optional<WallTime> began, last;  ///< first and last run
  CampaignForecast rest;
  std::optional<WallTime> end;    ///< projected, if it went on now
  std::string why_not_predicted;  ///< for cells of which nothing is known
  std::vector<CellStatus> cells;
};

/// `now`: when it would go on.
[[nodiscard]] CampaignStatus status_of(const Plan& plan, const CampaignState& state,
                                       const EarlierRuns& earlier, const Predictions& predictions,
                                       WallTime now);

struct StatusRequest {
  std::string store;    ///< "" = the campaign's, else the user's own
  bool predict = true;  ///< also predict what was never measured
};

/// Reads the plan's journal, and the store for runs of earlier campaigns if there is one. Errors as
/// read_journal().
[[nodiscard]] Result<CampaignStatus> read_status(const Plan& plan, const CampaignState& state,
                                                 const StatusRequest& request);

}  // namespace joulecast::lab
