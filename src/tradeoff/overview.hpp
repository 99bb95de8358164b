// Compares all alternatives: cost, quality, the Pareto front, and how certain each place on it is.
#pragma once

#include "base/result.hpp"
#include "tradeoff/alternative.hpp"
#include "tradeoff/pareto.hpp"

namespace joulecast::tradeoff {

struct OverviewOptions {
  std::string cost;  ///< column
  std::string quality;
  bool lower_quality_is_better = false;  ///< a loss or an error rate
  double within = 0.02;                  ///< tolerance of "cheapest within", in the quality's unit
  std::size_t resamples = 1000;
  std::uint64_t seed = 1;
};

struct Placed {
  std::size_t alternative = 0;  ///< index in the input
  double cost = 0;              ///< median
  double quality = 0;
  /// 95 % interval of the median, by bootstrap over the runs; NaN with fewer than three runs.
  stats::Range cost_interval;
  /// Fewer than three runs: the interval of the cost is the one that their meters state (90 %).
  bool cost_by_meters = false;
  stats::Range quality_interval;
  bool on_front = false;
  /// Share of the bootstrap samples in which it is on the front.
  double front_share = 0;
  /// cost / (100 * quality), if quality is a share in (0, 1].
  std::optional<double> cost_per_point;
};

struct Overview {
  std::vector<Placed> placed;         ///< sorted by rising cost
  std::vector<std::size_t> left_out;  ///< alternatives without cost or quality
  std::vector<std::size_t> front;     ///< indices in placed, by rising cost
  std::optional<std::size_t> knee;    ///< index in placed
  std::optional<double> hypervolume;  ///< see hypervolume_share()
  std::size_t best = 0;               ///< index of the highest quality
  std::size_t cheapest_within = 0;
  double saving = 0;        ///< 1 - cost(cheapest within) / cost(best)
  double quality_lost = 0;  ///< quality(best) - quality(cheapest within)
  /// 95 % interval. Choice and saving are recomputed on each bootstrap sample. NaN if either alternative has
  /// fewer than three runs.
  stats::Range saving_interval;
  /// Share of the bootstrap samples that choose the same alternative. NaN as saving_interval: a single run,
  /// drawn anew, is always itself.
  double choice_share = 0;
};

/// invalid if no alternative has both figures.
[[nodiscard]] Result<Overview> overview_of(const std::vector<Alternative>& alternatives,
                                           const OverviewOptions& options);

}  // namespace joulecast::tradeoff
