#include "stats/effect_size.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

struct Dominance {
  std::vector<double> means;  ///< over the others of sign(x - other), for every x
  double ties = 0;            ///< pairs of equal values
};

/// Both ascending: one walk.
Dominance dominance(Sample values, Sample others) {
  Dominance result;
  result.means.reserve(values.size());
  std::size_t below = 0;
  std::size_t not_above = 0;
  const auto n = static_cast<double>(others.size());
  for (const double x : values) {
    while (below < others.size() && others[below] < x) ++below;
    while (not_above < others.size() && others[not_above] <= x) ++not_above;
    result.means.push_back((static_cast<double>(below) - (n - static_cast<double>(not_above))) / n);
    result.ties += static_cast<double>(not_above - below);
  }
  return result;
}

/// The unbiased variance of delta (Cliff 1996, equation 7), not below its smallest possible value.
double delta_variance(const Dominance& a, const Dominance& b, double delta) {
  const auto n1 = static_cast<double>(a.means.size());
  const auto n2 = static_cast<double>(b.means.size());
  double rows = 0;
  for (const double d : a.means) rows += (d - delta) * (d - delta);
  double columns = 0;
  for (const double d : b.means) columns += (d + delta) * (d + delta);
  const double cells = n1 * n2 - a.ties - n1 * n2 * delta * delta;
  const double unbiased = (n2 * n2 * rows + n1 * n1 * columns - cells) / (n1 * n2 * (n1 - 1) * (n2 - 1));
  return std::max(unbiased, (1 - delta * delta) / (n1 * n2 - 1));
}

/// The theta below 1 at which an observed area of 1 is just credible: Newcombe's method 5, solved by halving.
double newcombe_limit_of_one(double n1, double n2, double z) {
  const double half = (n1 + n2) / 2 - 1;
  const auto excess = [&](double theta) {
    const double variance =
        theta * (1 - theta) / (n1 * n2) * (1 + half * ((1 - theta) / (2 - theta) + theta / (1 + theta)));
    return (1 - theta) - z * std::sqrt(variance);
  };
  double low = 0.5;
  double high = 1 - 1e-12;
  for (int i = 0; i < 100; ++i) (excess((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
  return low;
}

std::string_view word(double size, double small, double medium, double large) {
  return size < small ? "negligible" : size < medium ? "small" : size < large ? "medium" : "large";
}

}  // namespace

Result<Effect> cliffs_delta(Sample a, Sample b, double level) {
  for (const auto sample : {a, b})
    if (auto status = check_sample("Cliff's delta", sample, 2); !status) return propagate(status.error());
  Effect effect;
  const auto of_a = dominance(a, b);
  effect.value = mean(of_a.means);
  const double z = normal_quantile(0.5 + level / 2);
  const double d = effect.value;
  if (std::abs(d) >= 1) {
    const double limit =
        2 * newcombe_limit_of_one(static_cast<double>(a.size()), static_cast<double>(b.size()), z) - 1;
    effect.interval = d > 0 ? Range{limit, 1} : Range{-1, -limit};
    return effect;
  }
  const double variance = delta_variance(of_a, dominance(b, a), d);
  const double centre = d - d * d * d;
  const double reach = z * std::sqrt(variance * ((1 - d * d) * (1 - d * d) + z * z * variance));
  const double scale = 1 - d * d + z * z * variance;
  effect.interval = {std::max(-1.0, (centre - reach) / scale), std::min(1.0, (centre + reach) / scale)};
  return effect;
}

Result<Effect> hedges_g(Sample a, Sample b, double level) {
  for (const auto sample : {a, b})
    if (auto status = check_sample("Hedges' g", sample, 2); !status) return propagate(status.error());
  const auto n1 = static_cast<double>(a.size());
  const auto n2 = static_cast<double>(b.size());
  const double df = n1 + n2 - 2;
  const double pooled = std::sqrt((sample_variance(a) * (n1 - 1) + sample_variance(b) * (n2 - 1)) / df);
  if (!(pooled > 0)) return fail(ErrorKind::invalid, "Hedges' g", "neither group varies");
  const double correction = std::exp(std::lgamma(df / 2) - std::lgamma((df - 1) / 2)) / std::sqrt(df / 2);
  Effect effect;
  effect.value = correction * (mean(a) - mean(b)) / pooled;
  const double error = std::sqrt((n1 + n2) / (n1 * n2) + effect.value * effect.value / (2 * (n1 + n2)));
  const double reach = normal_quantile(0.5 + level / 2) * error;
  effect.interval = {effect.value - reach, effect.value + reach};
  return effect;
}

std::string_view magnitude_of_delta(double delta) {
  return word(std::abs(delta), 0.147, 0.33, 0.474);
}
std::string_view magnitude_of_d(double d) {
  return word(std::abs(d), 0.2, 0.5, 0.8);
}
std::string_view magnitude_of_eta_squared(double eta_squared) {
  return word(eta_squared, 0.01, 0.06, 0.14);
}

}  // namespace joulecast::stats
