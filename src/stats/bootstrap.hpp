// Intervals by resampling, for statistics without a formula.
#pragma once

#include <cstdint>
#include <functional>

#include "stats/sample.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {

/// A statistic of a sample. It may reorder what it is given, and is called from several threads at once.
using Statistic = std::function<double(std::span<double>)>;

struct BootstrapOptions {
  std::size_t resamples = 10'000;
  double level = 0.95;
  std::uint64_t seed = 1;  ///< the same seed gives the same interval on every machine and number of threads
  unsigned threads = 0;    ///< 0 = as many as there are cores
};

struct BootstrapInterval {
  double estimate = 0;  ///< of the sample itself
  Range interval;
  double bias = 0;            ///< mean of the replicates - estimate
  double standard_error = 0;  ///< their standard deviation
  bool degenerate = false;  ///< every resample gave the same value: the interval has no width and says little
  /// False where the percentiles were taken: no replicate lies below (or none above) the estimate
  bool bca = true;
};

/// Bias-corrected and accelerated (Efron 1987). n >= 2. Acceleration by leaving out one value at a time, or,
/// above 1,000 values, one of 1,000 interleaved blocks. invalid where the statistic is not finite on the
/// sample or on a resample.
[[nodiscard]] Result<BootstrapInterval> bootstrap(Sample sample, const Statistic& statistic,
                                                  const BootstrapOptions& options = {});

/// The same for a quantile (type 7), in O(n) a resample without ordering any: the draws are counted on the
/// sorted sample.
[[nodiscard]] Result<BootstrapInterval> bootstrap_quantile(Sample sample, double p,
                                                           const BootstrapOptions& options = {});

/// Whole clusters (one vector each) are drawn, since their members are not independent: repeats of one
/// configuration. Acceleration by leaving out one cluster at a time. At least two clusters.
[[nodiscard]] Result<BootstrapInterval> bootstrap_clusters(Samples clusters, const Statistic& statistic,
                                                           const BootstrapOptions& options = {});

/// The interval from replicates (ascending) and leave-one-out values: what both functions above end in.
[[nodiscard]] BootstrapInterval bca_interval(double estimate, Sample sorted_replicates, Sample left_out,
                                             double level);

// Statistics ready for use.
[[nodiscard]] double mean_of(std::span<double> values);
[[nodiscard]] double median_of(std::span<double> values);

}  // namespace joulecast::stats
