#include "estimate/online/early_stopping.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace joulecast::estimate {
namespace {

constexpr int enough_earlier_runs = 3;  // fewer runs say too little about when this training stops
/// Weight of the metric-based forecast in the hazard, as a number of earlier runs. It smooths the hazard if
/// there are few runs.
constexpr double history_weight = 2;
constexpr double most_likely = 0.95;  // no improvement is ever certain

}  // namespace

Status check(const EarlyStoppingRule& rule) {
  if (rule.max_epochs <= 0)
    return fail(ErrorKind::invalid, "early stopping", "the maximum number of epochs must be positive, not {}",
                rule.max_epochs);
  if (rule.patience <= 0)
    return fail(ErrorKind::invalid, "early stopping", "the patience must be positive, not {}", rule.patience);
  if (!std::isfinite(rule.min_delta) || rule.min_delta < 0)
    return fail(ErrorKind::invalid, "early stopping", "min_delta must be 0 or more, not {}", rule.min_delta);
  return {};
}

double StopDistribution::mean() const {
  double sum = 0;
  for (std::size_t i = 0; i < probability.size(); ++i)
    sum += probability[i] * (first + static_cast<double>(i));
  return sum;
}

int StopDistribution::quantile(double p) const {
  double sum = 0;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    sum += probability[i];
    if (sum >= p - 1e-12) return first + static_cast<int>(i);
  }
  return first + static_cast<int>(probability.size()) - 1;
}

StopForecast::StopForecast(EarlyStoppingRule rule, std::vector<EarlierStop> earlier)
    : rule_(rule), earlier_(std::move(earlier)) {}

void StopForecast::add(double value) {
  ++epochs_;
  const bool better = !best_ || (rule_.higher_is_better ? value > *best_ + rule_.min_delta
                                                        : value < *best_ - rule_.min_delta);
  if (std::isfinite(value) && better) {
    if (best_) ++improvements_, log_epochs_ += std::log(epochs_);
    best_ = value;
    since_improvement_ = 0;
  } else {
    ++since_improvement_;
  }
}

bool StopForecast::stopped() const {
  return since_improvement_ >= rule_.patience || epochs_ >= rule_.max_epochs;
}

double StopForecast::improvement_probability(int epoch) const {
  // Crow (1974): the maximum likelihood estimate for n^b observed until epoch n is b = m / sum ln(n / t_i).
  // One pseudo-improvement at b = 1/2 stabilises it.
  const int n = std::max(epochs_, 1);
  const double spread = improvements_ * std::log(n) - log_epochs_;
  const double b = std::min(1.0, (improvements_ + 1) / (spread + 2));
  const double rate = (improvements_ + 1) * b / n * std::pow(static_cast<double>(epoch) / n, b - 1);
  return std::min(most_likely, rate);
}

std::vector<double> StopForecast::from_metric() const {
  const auto patience = static_cast<std::size_t>(rule_.patience);
  std::vector<double> waiting(patience, 0);  // P(still running, this many epochs since the last improvement)
  waiting[static_cast<std::size_t>(since_improvement_)] = 1;
  std::vector<double> stop;
  for (int k = epochs_ + 1; k <= rule_.max_epochs; ++k) {
    const double improves = improvement_probability(k);
    const double running = std::accumulate(waiting.begin(), waiting.end(), 0.0);
    if (k == rule_.max_epochs) {
      stop.push_back(running);
      break;
    }
    const double gives_up = waiting.back() * (1 - improves);
    for (std::size_t i = patience; i-- > 1;) waiting[i] = waiting[i - 1] * (1 - improves);
    waiting[0] = running * improves;
    stop.push_back(gives_up);
  }
  return stop;
}

void StopForecast::weigh_by_earlier_runs(StopDistribution& d) const {
  if (static_cast<int>(earlier_.size()) < enough_earlier_runs) return;
  d.learned_from_earlier_runs = true;
  // Hazard at each epoch: of the earlier runs that came this far, the share that stopped here. The forecast
  // from the metric counts as `history_weight` runs. An epoch at which the metric makes stopping impossible
  // keeps a hazard of 0.
  double running = 1;         // P(still running) by the combined hazard
  double metric_running = 1;  // the same by the metric's forecast alone
  for (std::size_t i = 0; i < d.probability.size(); ++i) {
    const int epoch = d.first + static_cast<int>(i);
    double at_risk = 0;
    double stopped = 0;
    for (const auto& run : earlier_) {
      at_risk += run.epochs >= epoch;
      stopped += run.stopped && run.epochs == epoch;
    }
    const double by_metric = metric_running > 0 ? d.probability[i] / metric_running : 1;
    metric_running -= d.probability[i];
    double hazard = (stopped + history_weight * by_metric) / (at_risk + history_weight);
    if (by_metric == 0) hazard = 0;
    if (epoch == rule_.max_epochs) hazard = 1;
    d.probability[i] = running * std::min(1.0, hazard);
    running -= d.probability[i];
  }
}

StopDistribution StopForecast::distribution() const {
  if (stopped()) return {epochs_, {1.0}, false};
  StopDistribution d{epochs_ + 1, from_metric(), false};
  weigh_by_earlier_runs(d);
  const double sum = std::accumulate(d.probability.begin(), d.probability.end(), 0.0);
  for (auto& p : d.probability) p /= sum;
  return d;
}

}  // namespace joulecast::estimate
