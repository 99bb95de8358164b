// `joulecast tradeoff`: what correctness costs, by alternative, from a table of runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/tables/alternatives.hpp"
#include "tradeoff/curve.hpp"
#include "tradeoff/full_cycle.hpp"
#include "tradeoff/overview.hpp"
#include "tradeoff/utilisation.hpp"

namespace joulecast::session {

struct TradeoffRequest {
  AlternativesRequest alternatives;
  std::string cost;     ///< "" = the table's energy column
  std::string quality;  ///< a column of one figure a run, or of several (by epoch) separated by blanks
  bool lower_quality_is_better = false;
  double within = 0.02;
  std::string energy_by_epoch;     ///< cumulative, blank-separated, in the cost's unit; "" = spread evenly
  double curve_tolerance = 0.005;  ///< what is "enough", below the run's best
  std::string per_use;             ///< column with the energy of one inference; "" = no full cycle
  double uses = 1e6;
  std::string utilisation;  ///< "" = gpu_util_pct where there is one
};

/// Medians over the runs of one alternative, and the course of one of them.
struct AlternativeCurve {
  std::size_t alternative = 0;
  std::size_t runs = 0;
  double enough_epoch = 0;
  double epochs = 0;
  double share_after_enough = 0;
  tradeoff::CurveReading example;  ///< of its first run
};

/// An alternative's training and use together.
struct AlternativeLife {
  std::size_t alternative = 0;
  tradeoff::LifeCost cost;
  double total = 0;
  /// Uses from which it costs less in all than the one that is cheapest to train.
  std::optional<double> break_even;
};

struct Tradeoff {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  std::vector<LeftOutRuns> left_out;  ///< runs without a label or a figure, where the rows are runs
  tradeoff::OverviewOptions options;
  tradeoff::Overview overview;
  double curve_tolerance = 0;
  bool energy_by_epoch_assumed = false;  ///< no energy by epoch was given: spread evenly
  std::vector<AlternativeCurve> curves;
  double uses = 0;
  std::vector<AlternativeLife> lives;  ///< by rising total
  std::vector<tradeoff::UtilisationReading> utilisation;
  std::vector<std::string> warnings;
};

/// malformed (naming the row) for text among the figures; invalid for columns that are not there, and where
/// no row knows both cost and quality.
[[nodiscard]] Result<Tradeoff> tradeoff_runs(const RunTable& table, const TradeoffRequest& request);

}  // namespace joulecast::session
