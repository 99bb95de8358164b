#include "stats/power.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

constexpr std::size_t most_repetitions = 1'000'000;

/// Smallest n >= 2 with power(n) >= wanted; power rises with n.
template <class Power>
Result<std::size_t> smallest(const char* what, double wanted, Power power) {
  std::size_t high = 2;
  while (!(power(static_cast<double>(high)) >= wanted)) {
    if (high >= most_repetitions)
      return fail(ErrorKind::invalid, what, "would take more than {} repetitions", most_repetitions);
    high *= 2;
  }
  std::size_t low = std::max<std::size_t>(2, high / 2);
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (power(static_cast<double>(middle)) >= wanted)
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

Status check(double effect, PowerWish wish) {
  if (!(std::abs(effect) > 0) || !std::isfinite(effect))
    return fail(ErrorKind::invalid, "repetitions", "the effect must not be 0");
  if (!(wish.alpha > 0 && wish.alpha < 1) || !(wish.power > 0 && wish.power < 1)) {
    return fail(ErrorKind::invalid, "repetitions", "alpha and power lie between 0 and 1");
  }
  return {};
}

}  // namespace

double power_of_t_test(double n, double effect, double alpha) {
  const double df = 2 * (n - 1);
  const double noncentrality = std::sqrt(n / 2) * std::abs(effect);
  const double limit = student_t_quantile(1 - alpha / 2, df);
  if (noncentrality - limit > 30) return 1;  // beyond: the tail below the limit is under 1e-190
  return noncentral_t_sf(limit, df, noncentrality) + noncentral_t_cdf(-limit, df, noncentrality);
}

double power_of_anova(double groups, double n, double effect, double alpha) {
  const double df1 = groups - 1;
  const double df2 = groups * (n - 1);
  const double noncentrality = groups * n * effect * effect;
  if (noncentrality > 1e5) return 1;
  return noncentral_f_sf(f_quantile(1 - alpha, df1, df2), df1, df2, noncentrality);
}

Result<std::size_t> repetitions_for_t_test(double effect, PowerWish wish) {
  if (auto status = check(effect, wish); !status) return propagate(status.error());
  return smallest("repetitions", wish.power,
                  [&](double n) { return power_of_t_test(n, effect, wish.alpha); });
}

Result<std::size_t> repetitions_for_anova(double groups, double effect, PowerWish wish) {
  if (auto status = check(effect, wish); !status) return propagate(status.error());
  if (!(groups >= 2)) return fail(ErrorKind::invalid, "repetitions", "needs at least two groups");
  return smallest("repetitions", wish.power,
                  [&](double n) { return power_of_anova(groups, n, effect, wish.alpha); });
}

std::size_t repetitions_for_rank_test(std::size_t n_of_t_test) {
  return static_cast<std::size_t>(std::ceil(static_cast<double>(n_of_t_test) / 0.864));
}

}  // namespace joulecast::stats
