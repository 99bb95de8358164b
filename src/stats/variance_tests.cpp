#include "stats/variance_tests.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {
namespace {

/// |x - centre| of one group.
std::vector<double> deviations(std::vector<double> group, Centre centre) {
  double c = 0;
  if (centre == Centre::median) {
    c = median(group);
  } else {
    if (centre == Centre::trimmed) {
      std::sort(group.begin(), group.end());
      const auto cut = static_cast<std::ptrdiff_t>(0.05 * static_cast<double>(group.size()));
      group = {group.begin() + cut, group.end() - cut};
    }
    c = mean(group);
  }
  for (double& x : group) x = std::abs(x - c);
  return group;
}

}  // namespace

Result<Levene> levene(Samples groups, Centre centre) {
  if (auto status = check_samples("Levene", groups, 2); !status) return propagate(status.error());
  double n = 0;
  double weighted = 0;
  double within = 0;
  std::vector<std::pair<double, double>> means;  // size, mean of deviations
  for (const auto& group : groups) {
    const auto d = deviations(group, centre);
    const auto size = static_cast<double>(d.size());
    const double m = mean(d);
    means.emplace_back(size, m);
    within += sample_variance(d) * (size - 1);
    n += size;
    weighted += size * m;
  }
  if (!(within > 0))
    return fail(ErrorKind::invalid, "Levene", "the distances from the centre do not vary within any group");
  double between = 0;
  for (const auto& [size, m] : means) between += size * (m - weighted / n) * (m - weighted / n);
  const auto k = static_cast<double>(groups.size());
  Levene result{(between / (k - 1)) / (within / (n - k)), k - 1, n - k, 0};
  result.p_value = f_sf(result.statistic, result.df1, result.df2);
  return result;
}

}  // namespace joulecast::stats
