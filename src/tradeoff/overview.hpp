// Every alternative against every other: cost, quality, the front, and how sure each place on it is.
#pragma once

#include "base/result.hpp"
#include "tradeoff/alternative.hpp"
#include "tradeoff/pareto.hpp"

namespace joulecast::tradeoff {

struct OverviewOptions {
  std::string cost;  ///< columns
  std::string quality;
  bool lower_quality_is_better = false;  ///< a loss or an error rate
  double within = 0.02;                  ///< tolerance of "cheapest within", in the quality's own unit
  std::size_t resamples = 1000;
  std::uint64_t seed = 1;
};

struct Placed {
  std::size_t alternative = 0;  ///< position in the input
  double cost = 0;              ///< medians
  double quality = 0;
  /// 95 %, of the median, by resampling the runs; NaN with fewer than three runs
  stats::Range cost_interval;
  stats::Range quality_interval;
  bool on_front = false;
  double front_share = 0;                ///< share of the resamples in which it is on the front
  std::optional<double> cost_per_point;  ///< cost / (100 * quality), where quality is a share (0..1]
};

struct Overview {
  std::vector<Placed> placed;         ///< by rising cost
  std::vector<std::size_t> left_out;  ///< alternatives without cost or quality
  std::vector<std::size_t> front;     ///< positions in placed, by rising cost
  std::optional<std::size_t> knee;    ///< position in placed
  std::optional<double> hypervolume;  ///< hypervolume_share
  std::size_t best = 0;               ///< highest quality
  std::size_t cheapest_within = 0;
  double saving = 0;             ///< 1 - cost(cheapest within) / cost(best)
  double quality_lost = 0;       ///< quality(best) - quality(cheapest within)
  stats::Range saving_interval;  ///< 95 %; choice and saving made anew on each resample; NaN where either has
                                 ///< fewer than three runs
  double choice_share = 0;       ///< share of the resamples that choose the same alternative
};

/// invalid where no alternative has both figures.
[[nodiscard]] Result<Overview> overview_of(const std::vector<Alternative>& alternatives,
                                           const OverviewOptions& options);

}  // namespace joulecast::tradeoff
