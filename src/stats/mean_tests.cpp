#include "stats/mean_tests.hpp"

#include <cmath>

#include "stats/distributions.hpp"
#include "stats/studentised_range.hpp"

namespace joulecast::stats {
namespace {

struct Moments {
  double n = 0;
  double mean = 0;
  double squared_error = 0;  ///< of the mean: s^2 / n
};

Moments moments_of(Sample sample) {
  const auto n = static_cast<double>(sample.size());
  return {n, mean(sample), sample_variance(sample) / n};
}

double welch_df(const Moments& a, const Moments& b) {
  const double sum = a.squared_error + b.squared_error;
  return sum * sum /
         (a.squared_error * a.squared_error / (a.n - 1) + b.squared_error * b.squared_error / (b.n - 1));
}

}  // namespace

Result<WelchT> welch_t(Sample a, Sample b, double level) {
  for (const auto sample : {a, b})
    if (auto status = check_sample("Welch t", sample, 2); !status) return propagate(status.error());
  const auto first = moments_of(a);
  const auto second = moments_of(b);
  const double error = std::sqrt(first.squared_error + second.squared_error);
  if (!(error > 0)) return fail(ErrorKind::invalid, "Welch t", "neither group varies");
  WelchT result;
  result.difference = first.mean - second.mean;
  result.t = result.difference / error;
  result.df = welch_df(first, second);
  result.p_value = student_t_two_sided(result.t, result.df);
  const double reach = student_t_quantile(0.5 + level / 2, result.df) * error;
  result.interval = {result.difference - reach, result.difference + reach};
  return result;
}

Result<WelchAnova> welch_anova(Samples groups) {
  if (auto status = check_samples("Welch ANOVA", groups, 2); !status) return propagate(status.error());
  std::vector<Moments> all;
  double weights = 0;
  double weighted = 0;
  double n = 0;
  for (const auto& group : groups) {
    all.push_back(moments_of(group));
    if (!(all.back().squared_error > 0))
      return fail(ErrorKind::invalid, "Welch ANOVA", "a group of {} equal values has no variance",
                  group.size());
    weights += 1 / all.back().squared_error;
    weighted += all.back().mean / all.back().squared_error;
    n += all.back().n;
  }
  const auto k = static_cast<double>(groups.size());
  double between = 0;
  double lambda = 0;
  for (const auto& m : all) {
    const double w = 1 / m.squared_error;
    between += w * (m.mean - weighted / weights) * (m.mean - weighted / weights);
    lambda += (1 - w / weights) * (1 - w / weights) / (m.n - 1);
  }
  lambda /= k * k - 1;
  WelchAnova result;
  result.f = between / (k - 1) / (1 + 2 * (k - 2) * lambda);
  result.df1 = k - 1;
  result.df2 = 1 / (3 * lambda);
  result.p_value = f_sf(result.f, result.df1, result.df2);
  const double excess = std::max(0.0, result.df1 * (result.f - 1));
  result.omega_squared = excess / (excess + n);
  return result;
}

Result<std::vector<GamesHowellPair>> games_howell(Samples groups) {
  if (auto status = check_samples("Games-Howell", groups, 2); !status) return propagate(status.error());
  std::vector<Moments> all;
  for (const auto& group : groups) all.push_back(moments_of(group));
  std::vector<GamesHowellPair> pairs;
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      const double error = std::sqrt((all[a].squared_error + all[b].squared_error) / 2);
      if (!(error > 0)) return fail(ErrorKind::invalid, "Games-Howell", "two groups of a pair do not vary");
      GamesHowellPair pair{a, b, all[a].mean - all[b].mean, 0, welch_df(all[a], all[b]), 0};
      pair.q = pair.difference / error;
      pair.p_value = studentised_range_sf(std::abs(pair.q), static_cast<double>(all.size()), pair.df);
      pairs.push_back(pair);
    }
  }
  return pairs;
}

}  // namespace joulecast::stats
