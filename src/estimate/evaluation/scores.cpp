#include "estimate/evaluation/scores.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/estimate.hpp"
#include "stats/summary.hpp"

namespace joulecast::estimate {
namespace {

/// Mean of the values that are present; nothing if there are none.
class OptionalMean {
 public:
  void add(const std::optional<double>& value) {
    if (value) sum_ += *value, ++count_;
  }
  [[nodiscard]] std::optional<double> mean() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0;
  int count_ = 0;
};

}  // namespace

Outcome outcome_of(double estimate, double truth, std::optional<double> low, std::optional<double> high,
                   double observed_fraction) {
  Outcome o;
  o.absolute_percentage_error = 100 * std::abs(estimate - truth) / truth;
  o.squared_error = (estimate - truth) * (estimate - truth);
  o.observed_fraction = observed_fraction;
  if (low && high) {
    o.covered = *low <= truth && truth <= *high ? 1 : 0;
    o.interval_width = 100 * (*high - *low) / truth;
    const double outside = std::max({0.0, *low - truth, truth - *high});
    o.winkler = *o.interval_width + 100 * 2 / (1 - interval_level) * outside / truth;
    if (*low > 0 && estimate > 0) o.factor_below = estimate / *low;
    if (estimate > 0) o.factor_above = *high / estimate;
  }
  return o;
}

Outcome joined(const std::vector<Outcome>& outcomes) {
  Outcome mean;
  OptionalMean covered;
  OptionalMean width;
  OptionalMean winkler;
  OptionalMean below;
  OptionalMean above;
  const auto n = static_cast<double>(outcomes.size());
  for (const auto& o : outcomes) {
    mean.absolute_percentage_error += o.absolute_percentage_error / n;
    mean.squared_error += o.squared_error / n;
    mean.observed_fraction += o.observed_fraction / n;
    covered.add(o.covered);
    width.add(o.interval_width);
    winkler.add(o.winkler);
    below.add(o.factor_below);
    above.add(o.factor_above);
  }
  mean.covered = covered.mean();
  mean.interval_width = width.mean();
  mean.winkler = winkler.mean();
  mean.factor_below = below.mean();
  mean.factor_above = above.mean();
  return mean;
}

std::optional<Scores> scores_of(const std::vector<Outcome>& outcomes) {
  if (outcomes.empty()) return std::nullopt;
  const auto all = joined(outcomes);
  std::vector<double> errors;
  for (const auto& o : outcomes) errors.push_back(o.absolute_percentage_error);
  errors = stats::sorted(errors);
  return Scores{.runs = static_cast<int>(outcomes.size()),
                .median_ape = stats::median_sorted(errors),
                .mean_ape = all.absolute_percentage_error,
                .p90_ape = stats::quantile_sorted(errors, 0.9),
                .rmse = std::sqrt(all.squared_error),
                .observed_fraction = all.observed_fraction,
                .coverage = all.covered,
                .interval_width = all.interval_width,
                .winkler = all.winkler,
                .factor_below = all.factor_below,
                .factor_above = all.factor_above};
}

}  // namespace joulecast::estimate
