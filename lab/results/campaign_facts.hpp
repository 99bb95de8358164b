// What the journal of a campaign says of its cells: figures with their spread, failures, conditions, and what
// adaptive repetitions have saved.
#pragma once

#include "lab/campaign/needed_repetitions.hpp"
#include "lab/campaign/state.hpp"
#include "session/reporting/epoch_course.hpp"
#include "session/tables/run_table.hpp"
#include "stats/summary.hpp"

namespace joulecast::lab {

/// Of a figure over the finished runs of a cell.
struct FigureSpread {
  std::size_t runs = 0;
  double median = 0;
  double mean = 0;
  /// 95 %, distribution-free; NaN for fewer than six runs.
  stats::Range interval;
  stats::Range range;
  std::optional<double> variation;  ///< standard deviation by mean; nothing for one run
};

/// Nothing for no value; NaN are left out.
[[nodiscard]] std::optional<FigureSpread> spread_of(std::vector<double> values);

struct CellFacts {
  std::string title;
  const Cell* cell = nullptr;
  std::vector<std::string> runs;  ///< ids of its finished runs that are stored
  std::size_t finished = 0;
  std::size_t failed = 0;
  bool given_up = false;
  std::map<Outcome, std::size_t> failures;
  std::string last_reason;
  std::optional<FigureSpread> energy;    ///< J
  std::optional<FigureSpread> duration;  ///< s
  std::optional<FigureSpread> quality;
  std::optional<FigureSpread> cost;  ///< by which cells are compared: in the column of the report's cost
  Provenance provenance = Provenance::missing;  ///< the least sure of its energies
  std::optional<double> measured_share;  ///< of the energy of its runs; nothing if it is not known of all
  std::optional<stats::CellDecision> decision;  ///< of adaptive repetitions
  std::size_t flagged = 0;                      ///< runs with a remark
  std::optional<double> throttled_by_power;     ///< share of the time, of the worst run
  std::optional<double> throttled_by_heat;
};

struct CampaignFacts {
  std::vector<CellFacts> cells;             ///< in the order of the plan
  std::size_t finished = 0;                 ///< repetitions of the plan
  std::size_t beyond = 0;                   ///< finished before the plan's number was lowered
  std::size_t not_made = 0;                 ///< of cells that were given up
  std::map<Outcome, std::size_t> failures;  ///< repetitions that failed for good
  std::optional<session::JudgedMetric> metric;
  std::optional<SavedRepetitions> saved;  ///< nothing for fixed repetitions
  std::optional<stats::RepetitionDecisions> decisions;
  bool still_needed = false;  ///< the campaign is not done
};

/// `metric`: by which the runs are judged; "" = the correctness that most of them tell, other than `cost`.
[[nodiscard]] Result<CampaignFacts> facts_of_runs(const Plan& plan, const Standing& standing,
                                                  const std::string& metric = "",
                                                  const std::string& cost = "");

/// Where the cells are of several tasks, figures of correctness can be compared only within one.
struct TaskLevel {
  std::string factor, level;
};

/// One row for each finished run, of one task if one is given, with run_id, the factors, repetition,
/// energy_j, duration_s, energy_per_sample_j if it is given by run id, and the metrics; what has failed is
/// named as left out. invalid if no run has finished.
[[nodiscard]] Result<session::RunTable> table_of_results(
    const Plan& plan, const Standing& standing, const std::optional<TaskLevel>& task = {},
    const std::map<std::string, Joules>& per_sample = {});

}  // namespace joulecast::lab
