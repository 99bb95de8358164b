#include "stability/mser.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "stability/segment_cost.hpp"

namespace joulecast::stability {
namespace {

constexpr std::size_t batch = 5;

double square_error(const SegmentCost& cost, std::size_t first) {
  const auto kept = static_cast<double>(cost.size() - first);
  return cost.around_mean(first, cost.size()) / (kept * kept);
}

}  // namespace

std::size_t Batches::border(std::size_t batch_index) const {
  return static_cast<std::size_t>(std::lround(first + static_cast<double>(batch_index) * length));
}

Batches batches_of(std::span<const double> power, double length) {
  Batches batches;
  const auto count = static_cast<std::size_t>(static_cast<double>(power.size()) / length);
  batches.length = length;
  batches.first = static_cast<double>(power.size()) - static_cast<double>(count) * length;
  batches.means.resize(count);
  const SegmentCost samples{power};
  for (std::size_t b = 0; b < count; ++b)
    batches.means[b] = samples.mean(batches.border(b), batches.border(b + 1));
  return batches;
}

StablePoint truncation_point(std::span<const double> power, double length) {
  const Batches batches = batches_of(power, length);
  const SegmentCost cost{batches.means};
  const std::size_t last = cost.size() / 2;
  double least = std::numeric_limits<double>::infinity();
  std::size_t dropped = 0;
  for (std::size_t d = 0; d <= last; ++d) {
    if (square_error(cost, d) >= least) continue;
    least = square_error(cost, d);
    dropped = d;
  }
  if (dropped == 0) return StablePoint{};
  return StablePoint{batches.border(dropped), true, dropped == last};
}

StablePoint steadiest_rest(std::span<const double> series, std::span<const std::size_t> changes) {
  const SegmentCost cost{series};
  const std::size_t last = series.size() * 3 / 4;
  StablePoint point;
  double least = square_error(cost, 0);
  for (const std::size_t change : changes) {
    if (change > series.size() * 7 / 8) break;  // what is left there is too short to call steady
    if (square_error(cost, change) >= least) continue;
    if (change > last) {
      point.censored = true;
      break;
    }
    least = square_error(cost, change);
    point = {change, true, false};
  }
  return point;
}

namespace {

Result<StablePoint> find(std::span<const double> power, const DetectorOptions&) {
  if (const auto usable = check_series(power, 4 * batch, "mser5"); !usable) return propagate(usable.error());
  return truncation_point(power, static_cast<double>(batch));
}

}  // namespace

extern const StabilityDetector mser5_detector{
    "mser5", "truncation with the smallest standard error of what is left", find};

}  // namespace joulecast::stability
