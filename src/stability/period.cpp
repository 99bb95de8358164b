#include "stability/period.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::stability {
namespace {

constexpr std::size_t most_samples = 16384;
constexpr double clip_deviations = 4;
constexpr double enough_of_highest = 0.8;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Mean over [i - width/2, i + width/2], cut off at the ends.
std::vector<double> without_slow_part(std::vector<double> values, std::size_t width) {
  const std::size_t n = values.size();
  std::vector<double> sums(n + 1, 0.0);
  for (std::size_t i = 0; i < n; ++i) sums[i + 1] = sums[i] + values[i];
  const std::size_t half = width / 2;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t begin = i > half ? i - half : 0;
    const std::size_t end = std::min(n, i + half + 1);
    values[i] -= (sums[end] - sums[begin]) / static_cast<double>(end - begin);
  }
  return values;
}

// For lags 0 … most: sum of x[i] x[i+lag] over the norms of the two parts that overlap.
std::vector<double> autocorrelation(std::span<const double> x, std::size_t most) {
  const std::size_t n = x.size();
  std::vector<double> energy(n + 1, 0.0);
  for (std::size_t i = 0; i < n; ++i) energy[i + 1] = energy[i] + x[i] * x[i];
  std::vector<double> result(most + 1, 0.0);
  for (std::size_t lag = 0; lag <= most; ++lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < n; ++i) sum += x[i] * x[i + lag];
    const double norms = energy[n - lag] * (energy[n] - energy[lag]);
    result[lag] = norms > 0 ? sum / std::sqrt(norms) : 0;
  }
  return result;
}

bool is_peak(const std::vector<double>& a, std::size_t lag) {
  return a[lag] > a[lag - 1] && a[lag] >= a[lag + 1];
}

std::optional<std::size_t> first_high_peak(const std::vector<double>& a, std::size_t shortest,
                                           std::size_t longest) {
  double valley = a[0];
  double highest = 0;
  std::vector<std::pair<std::size_t, double>> peaks;  // lag, height over the lowest point before it
  for (std::size_t lag = 1; lag <= longest; ++lag) {
    valley = std::min(valley, a[lag]);
    if (lag < shortest || !is_peak(a, lag)) continue;
    peaks.emplace_back(lag, a[lag] - valley);
    highest = std::max(highest, peaks.back().second);
  }
  for (const auto& [lag, height] : peaks)
    if (height >= enough_of_highest * highest) return lag;
  return std::nullopt;
}

// The highest value within reach of a lag.
std::size_t best_near(const std::vector<double>& a, double lag, double reach) {
  const auto begin = static_cast<std::size_t>(std::max(1.0, std::floor(lag - reach)));
  const auto end = std::min(a.size() - 1, static_cast<std::size_t>(std::ceil(lag + reach)) + 1);
  std::size_t best = begin;
  for (std::size_t i = begin; i < end; ++i)
    if (a[i] > a[best]) best = i;
  return best;
}

// The vertex of the parabola through a peak and its neighbours.
double vertex(const std::vector<double>& a, std::size_t lag) {
  const double bend = a[lag - 1] - 2 * a[lag] + a[lag + 1];
  if (bend >= 0) return static_cast<double>(lag);
  return static_cast<double>(lag) + std::clamp((a[lag - 1] - a[lag + 1]) / (2 * bend), -0.5, 0.5);
}

// Doubling the lag halves the error of the period, as long as there is a peak where it is expected.
double refined(const std::vector<double>& a, std::size_t lag) {
  double length = vertex(a, lag);
  for (double multiple = 2; multiple * length + 2 < static_cast<double>(a.size()); multiple *= 2) {
    const std::size_t peak = best_near(a, multiple * length, std::max(1.0, length / 8));
    if (a[peak] < a[lag] / 2 || !is_peak(a, peak)) break;
    length = vertex(a, peak) / multiple;
  }
  return length;
}

}  // namespace

std::vector<double> clipped_to(std::span<const double> series, std::span<const double> reference) {
  std::vector<double> values{series.begin(), series.end()};
  if (reference.empty()) return values;
  const double centre = median({reference.begin(), reference.end()});
  std::vector<double> away(reference.size());
  std::transform(reference.begin(), reference.end(), away.begin(),
                 [&](double x) { return std::abs(x - centre); });
  constexpr double to_deviation = 1.4826;  // of a normal distribution, from its median absolute deviation
  const double reach = clip_deviations * to_deviation * median(std::move(away));
  if (reach > 0)
    for (auto& x : values) x = std::clamp(x, centre - reach, centre + reach);
  return values;
}

std::optional<Period> find_period(std::span<const double> series, const PeriodOptions& options) {
  const std::size_t batch = (series.size() + most_samples - 1) / most_samples;
  if (batch == 0 || series.size() / batch < options.least_cycles * options.shortest) return std::nullopt;
  std::vector<double> means(series.size() / batch, 0.0);
  for (std::size_t b = 0; b < means.size(); ++b)
    for (std::size_t i = 0; i < batch; ++i) means[b] += series[b * batch + i] / static_cast<double>(batch);
  const auto x = without_slow_part(clipped_to(means, means), std::max<std::size_t>(9, means.size() / 4));

  const std::size_t longest = x.size() / options.least_cycles;
  const auto a = autocorrelation(x, std::min(x.size() - 1, 2 * longest + longest / 4 + 2));
  const auto lag = first_high_peak(a, options.shortest, longest);
  if (!lag) return std::nullopt;
  const std::size_t twice =
      best_near(a, 2 * static_cast<double>(*lag), std::max(1.0, static_cast<double>(*lag) / 8));
  const double strength = std::min(a[*lag], a[twice]);
  // White noise stays below 4 / sqrt(n) at every lag that we look at.
  const double by_chance = 4 / std::sqrt(static_cast<double>(x.size()));
  if (strength < std::max(options.least_strength, by_chance)) return std::nullopt;
  return Period{refined(a, *lag) * static_cast<double>(batch), std::min(1.0, strength)};
}

}  // namespace joulecast::stability
