#include "stability/pelt.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stability/detector.hpp"
#include "stability/mser.hpp"
#include "stability/segment_cost.hpp"

namespace joulecast::stability {

double bic_penalty(double noise_deviation, std::size_t n) {
  return 2 * noise_deviation * noise_deviation * std::log(static_cast<double>(n));
}

std::vector<std::size_t> pelt(std::span<const double> series, double penalty) {
  const SegmentCost cost{series};
  const std::size_t n = series.size();
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());  // of the first t samples
  std::vector<std::size_t> last_change(n + 1, 0);
  best[0] = -penalty;
  std::vector<std::size_t> candidates{0};
  std::vector<double> costs;
  for (std::size_t t = 1; t <= n; ++t) {
    costs.clear();
    for (const std::size_t s : candidates) {
      costs.push_back(best[s] + cost.around_mean(s, t));
      if (costs.back() + penalty >= best[t]) continue;
      best[t] = costs.back() + penalty;
      last_change[t] = s;
    }
    // A segment start that already costs more than the best can never become the best again.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (costs[i] <= best[t]) candidates[kept++] = candidates[i];
    candidates.resize(kept);
    candidates.push_back(t);
  }
  std::vector<std::size_t> changes;
  for (std::size_t t = last_change[n]; t > 0; t = last_change[t]) changes.push_back(t);
  std::reverse(changes.begin(), changes.end());
  return changes;
}

std::vector<std::size_t> level_changes(std::span<const double> series) {
  return pelt(series, bic_penalty(noise_deviation(series), series.size()));
}

namespace {

// More samples than this are replaced by means over equal batches, because the worst case is quadratic.
constexpr std::size_t most_samples = 16384;

// Of the changes and the start, the one after which the mean of the rest has the smallest standard error.
// Periodic dips are changes too, and must not count as a new regime.
Result<StablePoint> find(std::span<const double> power, const DetectorOptions&) {
  if (const auto usable = check_series(power, 8, "pelt"); !usable) return propagate(usable.error());
  const std::size_t batch = (power.size() + most_samples - 1) / most_samples;
  const Batches batches = batches_of(power, static_cast<double>(batch));
  StablePoint point = steadiest_rest(batches.means, level_changes(batches.means));
  if (point.found) point.index = batches.border(point.index);
  return point;
}

}  // namespace

extern const StabilityDetector pelt_detector{
    "pelt", "all changes of level (PELT, L2, BIC), then the steadiest rest", find};

}  // namespace joulecast::stability
