#include "stability/chance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "stability/period.hpp"
#include "stats/summary.hpp"

namespace joulecast::stability {
namespace {

/// Whether each window holds equal values only.
std::vector<bool> constant_windows(std::span<const double> power, std::size_t window) {
  std::vector<bool> constant(power.size() >= window ? power.size() - window + 1 : 0);
  std::size_t equal = 1;  // values up to here
  for (std::size_t i = 0; i < power.size(); ++i) {
    equal = i > 0 && power[i] == power[i - 1] ? equal + 1 : 1;
    if (equal >= window) constant[i + 1 - window] = true;
  }
  return constant;
}

/// The least difference between one value and the next; 0 if there is none.
double resolution_of(std::span<const double> power) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < power.size(); ++i)
    if (power[i] != power[i - 1]) least = std::min(least, std::abs(power[i] - power[i - 1]));
  return std::isfinite(least) ? least : 0;
}

/// The corrected arc curve of noise stays above this, the higher the more windows fit into the series.
double arcs_by_chance(std::size_t samples, std::size_t window, Arcs arcs) {
  const double doublings = std::log2(static_cast<double>(samples) / (10 * static_cast<double>(window)));
  const double limit = arcs == Arcs::both_sides ? std::min(0.45 + 0.08 * doublings, 0.68)
                                                : std::min(0.60 + 0.04 * doublings, 0.75);
  return std::max(limit, 0.0);
}

/// Figures of each block of `length` samples.
struct Blocks {
  std::vector<double> level, spread, roughness;
};

Blocks describe_blocks(std::span<const double> power, std::size_t length) {
  Blocks blocks;
  for (; power.size() >= length; power = power.subspan(length)) {
    const auto block = power.first(length);
    double sum = 0, squares = 0, steps = 0;
    for (std::size_t i = 0; i < length; ++i) {
      sum += block[i] - block[0];
      if (i > 0) steps += std::abs(block[i] - block[i - 1]);
    }
    const double mean = sum / static_cast<double>(length);
    for (const double value : block) squares += (value - block[0] - mean) * (value - block[0] - mean);
    blocks.level.push_back(block[0] + mean);
    blocks.spread.push_back(std::sqrt(squares));
    blocks.roughness.push_back(steps);
  }
  return blocks;
}

/// Welch's t, with a limit that allows for three figures, a place chosen because it stands out, and blocks
/// that resemble their neighbours.
bool differ(std::span<const double> before, std::span<const double> after) {
  constexpr double least_t = 5;
  constexpr std::size_t least_blocks = 3;
  constexpr double rounding = 1e-9;
  if (before.size() < least_blocks || after.size() < least_blocks) return false;
  const double mean = stats::mean(before);
  const double difference = std::abs(mean - stats::mean(after));
  const double error = std::sqrt(stats::sample_variance(before) / static_cast<double>(before.size()) +
                                 stats::sample_variance(after) / static_cast<double>(after.size()));
  return difference > least_t * error && difference > rounding * std::abs(mean);
}

}  // namespace

std::vector<double> without_ties(std::span<const double> power, std::size_t window) {
  // Values that share no window with a different one.
  std::vector<bool> fixed(power.size(), false);
  const std::size_t around = 2 * window - 1;
  const auto constant = constant_windows(power, around);
  for (std::size_t i = 0; i < constant.size(); ++i) fixed[i + window - 1] = constant[i];
  std::vector<double> apart(power.begin(), power.end());
  const double step = 0.01 * resolution_of(power);
  std::minstd_rand chance;
  constexpr auto most = static_cast<double>(std::minstd_rand::max());
  for (std::size_t i = 0; i < apart.size(); ++i)
    if (!fixed[i]) apart[i] += step * (static_cast<double>(chance()) / most - 0.5);
  return apart;
}

void spread_constant_windows(std::span<const double> power, std::size_t window, Arcs arcs,
                             std::span<std::int64_t> neighbours) {
  const auto constant = constant_windows(power, window);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < constant.size(); ++i)
    if (constant[i]) places.push_back(i);
  const std::size_t too_near = (window + 3) / 4;
  std::minstd_rand chance;
  for (std::size_t p = 0; p < places.size(); ++p) {
    const std::size_t i = places[p];
    const std::size_t first = arcs == Arcs::to_the_right ? p + 1 : 0;
    // A few attempts: in a short stretch all the others may be too near.
    for (int attempt = 0; attempt < 20 && first < places.size(); ++attempt) {
      const std::size_t j = places[first + chance() % (places.size() - first)];
      if ((j > i ? j - i : i - j) <= too_near) continue;
      neighbours[i] = static_cast<std::int64_t>(j);
      break;
    }
  }
}

bool is_real_change(std::span<const double> power, std::size_t window, Arcs arcs,
                    const RegimeChange& change) {
  if (change.arcs <= arcs_by_chance(power.size(), window, arcs)) return true;
  const auto left = power.first(change.position), right = power.subspan(change.position);
  if (find_period(left) || find_period(right)) return true;
  const auto before = describe_blocks(left, window);
  const auto after = describe_blocks(right, window);
  return differ(before.level, after.level) || differ(before.spread, after.spread) ||
         differ(before.roughness, after.roughness);
}

}  // namespace joulecast::stability
