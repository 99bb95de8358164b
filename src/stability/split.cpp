// One least-squares split: before it a level (split) or a line (ramp), after it a level.
#include <cmath>
#include <limits>

#include "stability/detector.hpp"
#include "stability/segment_cost.hpp"

namespace joulecast::stability {
namespace {

constexpr std::size_t least_samples = 8;
constexpr std::size_t least_segment = 2;

// Cost of [0, c) + [c, n), the least over c; a change counts only where it lowers the BIC.
Result<StablePoint> best_split(std::span<const double> power, std::string_view name, double parameters,
                               double (SegmentCost::*before)(std::size_t, std::size_t) const) {
  if (const auto usable = check_series(power, least_samples, name); !usable) return propagate(usable.error());
  const SegmentCost cost{power};
  const std::size_t n = power.size();
  double least = std::numeric_limits<double>::infinity();
  StablePoint point;
  for (std::size_t c = least_segment; c + least_segment <= n; ++c) {
    const double both = (cost.*before)(0, c) + cost.around_mean(c, n);
    if (both >= least) continue;
    least = both;
    point.index = c;
  }
  const double deviation = noise_deviation(power);
  const double penalty = parameters * deviation * deviation * std::log(static_cast<double>(n));
  if (cost.around_mean(0, n) - least <= penalty) return StablePoint{};
  point.found = true;
  point.censored = point.index + least_segment == n;
  return point;
}

Result<StablePoint> find_split(std::span<const double> power, const DetectorOptions&) {
  return best_split(power, "split", 2, &SegmentCost::around_mean);
}
Result<StablePoint> find_ramp(std::span<const double> power, const DetectorOptions&) {
  return best_split(power, "ramp", 3, &SegmentCost::around_line);
}

}  // namespace

extern const StabilityDetector split_detector{"split", "one least-squares split into two levels", find_split};
extern const StabilityDetector ramp_detector{
    "ramp", "one least-squares split into a straight line and a level", find_ramp};

}  // namespace joulecast::stability
