#include "stats/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "stats/distributions.hpp"
#include "stats/ranks.hpp"
#include "stats/summary.hpp"

namespace joulecast::stats {
namespace {

Status check_pair(std::string_view test, Sample x, Sample y) {
  if (x.size() != y.size())
    return fail(ErrorKind::invalid, std::string(test), "{} values against {}", x.size(), y.size());
  for (const auto sample : {x, y}) {
    if (auto status = check_sample(test, sample, 3); !status) return status;
    if (is_constant(sample))
      return fail(ErrorKind::invalid, std::string(test), "a constant ({}) goes along with nothing",
                  sample.front());
  }
  return {};
}

double product_moment(Sample x, Sample y) {
  const double mx = mean(x);
  const double my = mean(y);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

double t_approximation(double r, std::size_t n) {
  const auto df = static_cast<double>(n) - 2;
  return student_t_two_sided(r * std::sqrt(df / ((1 - r) * (1 + r))), df);
}

/// Twice the smaller tail of sum of squared rank differences over all n! orders.
double exact_spearman_p(const std::vector<double>& x, const std::vector<double>& y) {
  const auto distance = [](const std::vector<double>& a, const std::vector<double>& b) {
    double s = 0;
    for (std::size_t i = 0; i < a.size(); ++i) s += (a[i] - b[i]) * (a[i] - b[i]);
    return s;
  };
  const double observed = distance(x, y);
  std::vector<double> natural(x.size());
  std::iota(natural.begin(), natural.end(), 1.0);
  auto order = natural;
  double lower = 0;
  double upper = 0;
  double all = 0;
  do {
    const double s = distance(natural, order);
    lower += s <= observed;
    upper += s >= observed;
    ++all;
  } while (std::next_permutation(order.begin(), order.end()));
  return std::min(1.0, 2 * std::min(lower, upper) / all);
}

/// Sorts and counts the exchanges that a bubble sort would make: pairs in the wrong order.
double count_inversions(std::vector<double>& values, std::vector<double>& spare, std::size_t begin,
                        std::size_t end) {
  if (end - begin < 2) return 0;
  const auto middle = (begin + end) / 2;
  double inversions =
      count_inversions(values, spare, begin, middle) + count_inversions(values, spare, middle, end);
  auto left = begin;
  auto right = middle;
  for (auto to = begin; to < end; ++to) {
    if (left < middle && (right >= end || values[left] <= values[right])) {
      spare[to] = values[left++];
    } else {
      inversions += static_cast<double>(middle - left);
      spare[to] = values[right++];
    }
  }
  std::copy(spare.begin() + static_cast<std::ptrdiff_t>(begin),
            spare.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return inversions;
}

/// Sums over runs of t equal values (neighbours after sorting) that tau-b and its variance need.
struct TieSums {
  double pairs = 0;    ///< t (t-1) / 2
  double triples = 0;  ///< t (t-1) (t-2)
  double fives = 0;    ///< t (t-1) (2t+5)
};
template <class Same>
TieSums tie_sums(std::size_t n, Same same) {
  TieSums sums;
  for (std::size_t begin = 0; begin < n;) {
    auto end = begin + 1;
    while (end < n && same(begin, end)) ++end;
    const auto t = static_cast<double>(end - begin);
    sums.pairs += t * (t - 1) / 2;
    sums.triples += t * (t - 1) * (t - 2);
    sums.fives += t * (t - 1) * (2 * t + 5);
    begin = end;
  }
  return sums;
}

/// P that a random order of n has at most `inversions` of them, or at least; twice the smaller.
double exact_kendall_p(std::size_t n, std::size_t inversions) {
  const std::size_t most = n * (n - 1) / 2;
  const auto few = std::min(inversions, most - inversions);
  std::vector<double> share(few + 1, 0.0);  // probabilities: n! would overflow
  share[0] = 1;
  for (std::size_t k = 2; k <= n; ++k) {
    std::vector<double> next(few + 1, 0.0);
    double window = 0;
    for (std::size_t i = 0; i <= few; ++i) {
      window += share[i];
      if (i >= k) window -= share[i - k];
      next[i] = window / static_cast<double>(k);
    }
    share = std::move(next);
  }
  return std::min(1.0, 2 * std::accumulate(share.begin(), share.end(), 0.0));
}

}  // namespace

Result<Correlation> pearson(Sample x, Sample y) {
  if (auto status = check_pair("Pearson", x, y); !status) return propagate(status.error());
  const double r = product_moment(x, y);
  return Correlation{r, t_approximation(r, x.size()), false};
}

Result<Correlation> spearman(Sample x, Sample y) {
  if (auto status = check_pair("Spearman", x, y); !status) return propagate(status.error());
  const auto rx = midranks(x);
  const auto ry = midranks(y);
  const double rho = product_moment(rx.ranks, ry.ranks);
  if (x.size() <= 9 && !rx.has_ties() && !ry.has_ties()) {
    return Correlation{rho, exact_spearman_p(rx.ranks, ry.ranks), true};
  }
  return Correlation{rho, t_approximation(rho, x.size()), false};
}

Result<Correlation> kendall(Sample x, Sample y) {
  if (auto status = check_pair("Kendall", x, y); !status) return propagate(status.error());
  const auto n = x.size();
  std::vector<std::pair<double, double>> points(n);
  for (std::size_t i = 0; i < n; ++i) points[i] = {x[i], y[i]};
  std::sort(points.begin(), points.end());
  const auto in_x = tie_sums(n, [&](auto a, auto b) { return points[a].first == points[b].first; });
  const auto in_both = tie_sums(n, [&](auto a, auto b) { return points[a] == points[b]; });
  std::vector<double> ys(n);
  std::transform(points.begin(), points.end(), ys.begin(), [](const auto& p) { return p.second; });
  std::vector<double> spare(n);
  const double discordant = count_inversions(ys, spare, 0, n);
  const auto in_y = tie_sums(n, [&](auto a, auto b) { return ys[a] == ys[b]; });

  const auto size = static_cast<double>(n);
  const double pairs = size * (size - 1) / 2;
  const double balance = pairs - in_x.pairs - in_y.pairs + in_both.pairs - 2 * discordant;
  Correlation result;
  result.value =
      std::clamp(balance / std::sqrt(pairs - in_x.pairs) / std::sqrt(pairs - in_y.pairs), -1.0, 1.0);
  if (in_x.pairs + in_y.pairs == 0 && n <= 50) {
    result.exact = true;
    result.p_value = exact_kendall_p(n, static_cast<std::size_t>(discordant));
    return result;
  }
  const double m = size * (size - 1);
  const double variance = (m * (2 * size + 5) - in_x.fives - in_y.fives) / 18 +
                          2 * in_x.pairs * in_y.pairs / m +
                          in_x.triples * in_y.triples / (9 * m * (size - 2));
  result.p_value = variance > 0 ? normal_two_sided(balance / std::sqrt(variance)) : 1;
  return result;
}

}  // namespace joulecast::stats
