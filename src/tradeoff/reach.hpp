// What it costs to reach a quality: over several runs of one alternative, some of which may never reach it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stats/summary.hpp"

namespace joulecast::tradeoff {

/// The best quality so far, the energy and the time up to the end of each epoch; one entry only where a run
/// is known as a whole.
struct QualityCourse {
  std::vector<double> quality;  ///< NaN where an epoch tells none
  std::vector<double> energy;   ///< J since the start; NaN = unknown
  std::vector<double> time;     ///< s since the start; NaN = unknown
};

/// Position of the first epoch that reaches the target; nothing if none does.
[[nodiscard]] std::optional<std::size_t> first_reaching(std::span<const double> quality, double target,
                                                        bool lower_is_better);

/// Median and interval of what it takes, where runs that never got there count as "more than any other". So
/// leaving them out does not make a method look cheap that rarely succeeds.
struct TypicalCost {
  /// Nothing where half of the runs or more did not get there, or no figure is known.
  std::optional<double> median;
  /// 95 %, distribution-free (needs six runs); low is NaN where there is none, high also where it is
  /// unbounded.
  stats::Range interval;
  stats::Range range;  ///< least and most of those that got there
};

/// `spent` has one value for each run that reached the target, NaN where its figure is unknown; those are
/// left out. `missed` runs did not reach it.
[[nodiscard]] TypicalCost typical_cost(std::span<const double> spent, std::size_t missed);

/// All that was spent, over the runs that got there: the expected cost of trying until one does (the
/// "expected running time" of Hansen et al. 2021's COCO). Nothing if none did or a figure is unknown.
[[nodiscard]] std::optional<double> expected_cost(std::span<const double> spent_by_all, std::size_t reached);

/// Accuracy for electricity as in "Watt for What" (Gowda et al. 2023): quality^exponent / log10(kWh), whose
/// factor beta only scales. It is singular at 1 kWh and negative below, so it is only given from 10 kWh on.
[[nodiscard]] std::optional<double> sustainable_accuracy(double quality, double joules, double exponent);

/// The same idea without the singularity, whatever the size of the training: quality^exponent / (1 +
/// log10(energy / least energy)). The cheapest has its quality alone; ten times its energy halves it. It
/// depends on what it is compared with, so it orders one task and says nothing across tasks. Nothing for
/// energies that are not positive, or below the least.
[[nodiscard]] std::optional<double> guarded_index(double quality, double energy, double least_energy,
                                                  double exponent);

}  // namespace joulecast::tradeoff
