#include "stats/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stats/distributions.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {
namespace {

template <class Rule>
std::vector<std::size_t> positions(Sample sample, Rule rule) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < sample.size(); ++i)
    if (rule(sample[i])) found.push_back(i);
  return found;
}

}  // namespace

Result<std::vector<std::size_t>> outliers_by_fences(Sample sample, double k) {
  if (auto status = check_sample("outliers", sample, 0); !status) return propagate(status.error());
  if (sample.size() < 4) return std::vector<std::size_t>{};
  const auto ordered = sorted(sample);
  const double q1 = quantile_sorted(ordered, 0.25);
  const double q3 = quantile_sorted(ordered, 0.75);
  if (!(q3 > q1)) return std::vector<std::size_t>{};
  const double reach = k * (q3 - q1);
  return positions(sample, [&](double x) { return x < q1 - reach || x > q3 + reach; });
}

Result<std::vector<std::size_t>> outliers_by_mad(Sample sample, double limit) {
  if (auto status = check_sample("outliers", sample, 0); !status) return propagate(status.error());
  if (sample.size() < 4) return std::vector<std::size_t>{};
  const auto ordered = sorted(sample);
  const double centre = median_sorted(ordered);
  const double mad = median_absolute_deviation(ordered);
  if (!(mad > 0)) return std::vector<std::size_t>{};
  return positions(sample, [&](double x) { return 0.6745 * std::abs(x - centre) / mad > limit; });
}

Result<std::vector<std::size_t>> outliers_by_esd(Sample sample, std::size_t most, double alpha) {
  if (auto status = check_sample("outliers", sample, most + 3); !status) return propagate(status.error());
  std::vector<std::size_t> left(sample.size());
  std::iota(left.begin(), left.end(), 0U);
  std::vector<std::size_t> taken;
  std::size_t significant = 0;
  const auto n = static_cast<double>(sample.size());
  for (std::size_t i = 1; i <= most; ++i) {
    std::vector<double> values;
    for (const auto at : left) values.push_back(sample[at]);
    const double centre = mean(values);
    const double sd = sample_sd(values);
    if (!(sd > 0)) break;
    const auto furthest = std::max_element(left.begin(), left.end(), [&](auto a, auto b) {
      return std::abs(sample[a] - centre) < std::abs(sample[b] - centre);
    });
    const double deviate = std::abs(sample[*furthest] - centre) / sd;
    const double kept = n - static_cast<double>(i);
    const double t = student_t_quantile(1 - alpha / (2 * (kept + 1)), kept - 1);
    if (deviate > kept * t / std::sqrt((kept - 1 + t * t) * (kept + 1))) significant = i;
    taken.push_back(*furthest);
    left.erase(furthest);
  }
  // The largest i that passes decides, because several outliers can mask each other
  taken.resize(significant);
  std::sort(taken.begin(), taken.end());
  return taken;
}

}  // namespace joulecast::stats
