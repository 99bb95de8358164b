// Level and roughness over whole cycles. Power dips at every validation. These dips hide a change of level in
// their variance, and look like changes themselves; means over whole cycles of the training have neither
// fault. A regime may also keep its mean and change its pattern, as when evaluations begin late, so the
// roughness of the cycles is searched in the same way.
#include <algorithm>
#include <cmath>
#include <vector>

#include "stability/detector.hpp"
#include "stability/mser.hpp"
#include "stability/pelt.hpp"
#include "stability/period.hpp"
#include "stability/segment_cost.hpp"

namespace joulecast::stability {
namespace {

constexpr std::size_t least_samples = 20;
constexpr double least_cycles = 8;             // with fewer there are too few means to find a change in
constexpr double shortest_for_roughness = 5;   // samples
constexpr std::size_t most_samples = 16384;    // PELT's worst case is quadratic
constexpr double relative_floor = 1e-3;        // roughness below this share of the level does not matter
constexpr double least_roughness_ratio = 1.5;  // between before and after; less is drift, not another pattern
constexpr double tolerated_deviations = 3;

// Logarithm of the root mean square of the steps in each batch.
std::vector<double> roughness(std::span<const double> power, const Batches& batches) {
  double level = 0;
  for (const double mean : batches.means) level += std::abs(mean) / static_cast<double>(batches.means.size());
  const double floor = level * relative_floor;
  std::vector<double> result(batches.means.size());
  for (std::size_t b = 0; b < result.size(); ++b) {
    double squares = 0;
    for (std::size_t i = batches.border(b) + 1; i < batches.border(b + 1); ++i)
      squares += (power[i] - power[i - 1]) * (power[i] - power[i - 1]);
    result[b] = std::log(squares / (2 * (batches.length - 1)) + floor * floor + 1e-300) / 2;
  }
  return result;
}

// The mean over one whole cycle from t on is the same whatever the phase of t. The stable stretch begins at
// the earliest t from which this mean stays at the level of the rest, at most two cycles before the border
// that was found.
std::size_t refine(std::span<const double> power, std::size_t border, double period) {
  const SegmentCost samples{power};
  const auto cycle = static_cast<std::size_t>(std::lround(period));
  const double level = samples.mean(border, power.size());
  double squares = 0;
  std::size_t count = 0;
  for (std::size_t t = border; t + cycle <= power.size(); ++t, ++count) {
    const double away = samples.mean(t, t + cycle) - level;
    squares += away * away;
  }
  const double tolerated =
      tolerated_deviations * std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, count)));
  const std::size_t earliest = border > 2 * cycle ? border - 2 * cycle : 0;
  std::size_t t = border;
  while (t > earliest && std::abs(samples.mean(t - 1, t - 1 + cycle) - level) <= tolerated) --t;
  return t;
}

StablePoint steady_level(std::span<const double> power, double unit, bool periodic) {
  const Batches batches = batches_of(power, unit);
  StablePoint point = steadiest_rest(batches.means, level_changes(batches.means));
  if (!point.found) return point;
  point.index = batches.border(point.index);
  if (periodic) point.index = refine(power, point.index, unit);
  return point;
}

StablePoint steady_roughness(std::span<const double> power, double unit) {
  const Batches batches = batches_of(power, std::max(unit, shortest_for_roughness));
  const auto rough = roughness(power, batches);
  StablePoint point = steadiest_rest(rough, level_changes(rough));
  if (!point.found) return point;
  const SegmentCost logarithms{rough};
  const double ratio = logarithms.mean(point.index, rough.size()) - logarithms.mean(0, point.index);
  if (std::abs(ratio) < std::log(least_roughness_ratio)) return StablePoint{};
  point.index = batches.border(point.index);
  return point;
}

Result<StablePoint> find(std::span<const double> power, const DetectorOptions&) {
  if (const auto usable = check_series(power, least_samples, "cycles"); !usable)
    return propagate(usable.error());
  const auto n = static_cast<double>(power.size());
  // The start may have another rhythm, so the period is taken from the later two thirds.
  const auto period = find_period(power.subspan(power.size() / 3));
  const bool periodic = period && period->length * least_cycles <= n;
  const double unit = periodic ? period->length : std::ceil(n / static_cast<double>(most_samples));
  const StablePoint level = steady_level(power, unit, periodic);
  const StablePoint rough = steady_roughness(power, unit);
  StablePoint later = rough.index > level.index ? rough : level;
  later.censored = level.censored || rough.censored;
  return later;
}

}  // namespace

extern const StabilityDetector cycles_detector{
    "cycles", "changes of level and roughness over whole cycles, then the steadiest rest", find};

}  // namespace joulecast::stability
