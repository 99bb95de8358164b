// What correctness costs, by alternative, from a table of runs: `joulecast tradeoff`.
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
  std::string cost;  ///< "" = the table's energy column
  /// A column with one figure per run, or with several (by epoch) separated by blanks.
  std::string quality;
  bool lower_quality_is_better = false;
  double within = 0.02;
  /// Column with the cumulative energy by epoch, separated by blanks, in the cost's unit; "" = spread evenly.
  std::string energy_by_epoch;
  /// How far below the run's best quality is still enough.
  double curve_tolerance = 0.005;
  /// Column with the energy of one inference; "" = no full cycle.
  std::string per_use;
  double uses = 1e6;
  std::string utilisation;  ///< "" = gpu_util_pct, if there is one
};

/// Medians over the runs of one alternative, and the curve of one of its runs.
struct AlternativeCurve {
  std::size_t alternative = 0;
  std::size_t runs = 0;
  double enough_epoch = 0;
  double epochs = 0;
  double share_after_enough = 0;
  tradeoff::CurveReading example;  ///< of its first run
};

/// Energy of an alternative's training and use together.
struct AlternativeLife {
  std::size_t alternative = 0;
  tradeoff::LifeCost cost;
  double total = 0;
  /// Number of uses beyond which its total is lower than that of the alternative that is cheapest to train.
  std::optional<double> break_even;
};

struct Tradeoff {
  std::string source;
  std::vector<std::string> keys;
  std::vector<tradeoff::Alternative> alternatives;
  /// Runs without a label or a figure, if the rows are runs.
  std::vector<LeftOutRuns> left_out;
  tradeoff::OverviewOptions options;
  tradeoff::Overview overview;
  double curve_tolerance = 0;
  /// No energy by epoch was given, so the energy was spread evenly.
  bool energy_by_epoch_assumed = false;
  std::vector<AlternativeCurve> curves;
  double uses = 0;
  std::vector<AlternativeLife> lives;  ///< by rising total energy
  std::vector<tradeoff::UtilisationReading> utilisation;
  std::vector<std::string> warnings;
};

/// malformed (naming the row) for text among the figures; invalid for an unknown column, and if no row has
/// both cost and quality.
[[nodiscard]] Result<Tradeoff> tradeoff_runs(const RunTable& table, const TradeoffRequest& request);

}  // namespace joulecast::session
