#include "stats/multiple_comparison.hpp"

#include <algorithm>
#include <numeric>

namespace joulecast::stats {

std::vector<double> adjust_p_values(std::span<const double> p_values, Adjustment adjustment) {
  const auto m = p_values.size();
  std::vector<std::size_t> order(m);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(m);
  const auto all = static_cast<double>(m);
  if (adjustment == Adjustment::bonferroni) {
    std::transform(p_values.begin(), p_values.end(), adjusted.begin(),
                   [&](double p) { return std::min(1.0, p * all); });
  } else if (adjustment == Adjustment::holm) {
    double so_far = 0;  // never below a smaller p's
    for (std::size_t i = 0; i < m; ++i) {
      so_far = std::max(so_far, std::min(1.0, p_values[order[i]] * static_cast<double>(m - i)));
      adjusted[order[i]] = so_far;
    }
  } else {
    double so_far = 1;  // never above a larger p's
    for (std::size_t i = m; i-- > 0;) {
      so_far = std::min(so_far, p_values[order[i]] * all / static_cast<double>(i + 1));
      adjusted[order[i]] = so_far;
    }
  }
  return adjusted;
}

}  // namespace joulecast::stats
