#include "estimate/offline/layerwise/layer_cost.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/regression/regression_data.hpp"
#include "stats/summary.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::size_t least_rows = 10;
/// standard deviation over median absolute deviation, for a normal distribution
constexpr double sd_per_mad = 1.4826;
constexpr double time_alpha = 0.1, power_alpha = 1, kernel_gamma = 0.1;

/// Median and robust standard deviation.
std::pair<double, double> robust_moments(const Eigen::VectorXd& values) {
  const auto sorted = stats::sorted({values.data(), static_cast<std::size_t>(values.size())});
  return {stats::median_sorted(sorted), sd_per_mad * stats::median_absolute_deviation(sorted)};
}

/// Non-negative least squares by coordinate descent, which suffices for a few columns. Columns of zeros get
/// 0.
Eigen::VectorXd non_negative(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  constexpr int most_sweeps = 20000;
  Eigen::VectorXd scale = a.colwise().norm();
  scale = (scale.array() > 0).select(scale, 1.0);
  const Eigen::MatrixXd scaled = a * scale.cwiseInverse().asDiagonal();
  const Eigen::MatrixXd normal = scaled.transpose() * scaled;
  const Eigen::VectorXd right = scaled.transpose() * b;
  Eigen::VectorXd x = Eigen::VectorXd::Zero(a.cols());
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double moved = 0;
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      if (normal(j, j) <= 0) continue;
      const double next = std::max(0.0, x[j] + (right[j] - normal.row(j).dot(x)) / normal(j, j));
      moved = std::max(moved, std::abs(next - x[j]));
      x[j] = next;
    }
    if (moved < 1e-10 * b.norm()) break;
  }
  return x.cwiseQuotient(scale);
}

/// Minimises sum of Huber(log(y / Ax)), x >= 0, by least squares of the linearised logarithm:
/// log(y / Ax') ~ 1 + log(y / Ax) - (Ax') / (Ax).
Eigen::VectorXd robust_costs(const Eigen::MatrixXd& amounts, const Eigen::VectorXd& y) {
  constexpr int rounds = 30;
  constexpr double huber = 1.345;  // 95 % efficient where errors are normal (Huber 1981)
  Eigen::VectorXd costs =
      non_negative(y.cwiseInverse().asDiagonal() * amounts, Eigen::VectorXd::Ones(y.size()));
  for (int round = 0; round < rounds; ++round) {
    const Eigen::VectorXd sum = amounts * costs;
    if (sum.minCoeff() <= 0) break;
    const Eigen::ArrayXd misses = (y.array() / sum.array()).log();
    const double sd = std::max(robust_moments(misses.matrix()).second, 1e-9);
    const Eigen::VectorXd weights = (huber * sd / misses.abs().max(1e-12)).min(1.0).sqrt();
    const Eigen::VectorXd next = non_negative(weights.cwiseQuotient(sum).asDiagonal() * amounts,
                                              weights.cwiseProduct((1 + misses).matrix()));
    const bool settled = (next - costs).cwiseAbs().cwiseProduct(amounts.colwise().mean().transpose()).sum() <
                         1e-6 * sum.mean();
    costs = next;
    if (settled) break;
  }
  return costs;
}

/// Kernel ridge regression of logarithms. Values beyond three robust standard deviations are clipped, so that
/// outliers have little influence.
Result<Regression> robust_residual(RegressionData data, double alpha) {
  constexpr double most_sds = 3;
  const auto [centre, sd] = robust_moments(data.y);
  data.y = data.y.cwiseMax(centre - most_sds * sd).cwiseMin(centre + most_sds * sd);
  return Regression::fit(data, {.kind = RegressionKind::kernel_ridge, .alpha = alpha, .gamma = kernel_gamma});
}

Result<Regression> residual_from(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "regression");
  const auto features = reader.numbers("feature_means").size();
  if (reader.error()) return propagate(*reader.error());
  if (features != feature_count)
    return fail(ErrorKind::malformed, "feature_means", "are not {} numbers", feature_count);
  return Regression::from_json(json);
}

/// Costs times amounts, in s.
double sum_of(std::span<const double> costs, const LayerWork& work) {
  return vector_of(costs).dot(vector_of(amounts_of(work)));
}

}  // namespace

Result<LayerTime> LayerTime::fit(std::span<const PassRow> rows) {
  if (rows.size() < least_rows)
    return fail(ErrorKind::invalid, "layerwise", "{} layers of a kind, needs {}", rows.size(), least_rows);
  const auto n = static_cast<Eigen::Index>(rows.size());
  Eigen::MatrixXd amounts(n, static_cast<Eigen::Index>(amount_count));
  Eigen::VectorXd seconds(n);
  RegressionData data{Eigen::MatrixXd(n, static_cast<Eigen::Index>(feature_count)), Eigen::VectorXd(n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    amounts.row(i) = vector_of(amounts_of(row.work)).transpose();
    seconds[i] = row.time.value();
    data.x.row(i) = vector_of(features_of(row.work)).transpose();
  }
  LayerTime result;
  const Eigen::VectorXd costs = robust_costs(amounts, seconds);
  std::ranges::copy(costs, result.costs_.begin());
  data.y = (seconds.array() / (amounts * costs).array()).log();
  auto residual = robust_residual(std::move(data), time_alpha);
  if (!residual) return propagate(residual.error());
  result.residual_ = std::move(*residual);
  return result;
}

Seconds LayerTime::operator()(const LayerWork& work) const {
  return Seconds{sum_of(costs_, work) * std::exp(residual_.predict(features_of(work)))};
}

Seconds LayerTime::with_output_cost(const LayerWork& work, double seconds_per_byte) const {
  const double sum = sum_of(costs_, work);
  const double changed = sum + (seconds_per_byte - costs_[output]) * work.output_bytes();
  return (*this)(work) * (changed / sum);
}

nlohmann::ordered_json LayerTime::to_json() const {
  return {{"costs_s", numbers_of(costs_)}, {"residual", residual_.to_json()}};
}

Result<LayerTime> LayerTime::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "time of a layer");
  LayerTime result;
  const auto costs = reader.numbers("costs_s");
  if (reader.error()) return propagate(*reader.error());
  if (costs.size() != amount_count || std::ranges::min(costs) < 0 || std::ranges::max(costs) <= 0)
    return fail(ErrorKind::malformed, "costs_s", "are not {} costs", amount_count);
  std::ranges::copy(costs, result.costs_.begin());
  auto residual = residual_from(reader.member("residual"));
  if (!residual) return propagate(residual.error());
  result.residual_ = std::move(*residual);
  return result;
}

Result<PowerCurve> PowerCurve::fit(std::span<const PassRow> rows) {
  constexpr std::size_t most_classes = 20;
  std::vector<std::pair<double, double>> points;  // logarithms of the step's duration and of power
  for (const auto& row : rows)
    if (row.energy)
      points.emplace_back(std::log(row.step.value()), std::log((*row.energy / row.time).value()));
  if (points.empty()) return fail(ErrorKind::invalid, "layerwise", "no energy was measured");
  std::ranges::sort(points);
  const auto classes = std::min(most_classes, points.size());
  PowerCurve curve;
  for (std::size_t i = 0; i < classes; ++i) {
    std::vector<double> seconds, watts;
    for (auto at = points.size() * i / classes; at < points.size() * (i + 1) / classes; ++at) {
      seconds.push_back(points[at].first);
      watts.push_back(points[at].second);
    }
    curve.log_seconds_.push_back(stats::median(std::move(seconds)));
    curve.log_watts_.push_back(stats::median(std::move(watts)));
  }
  return curve;
}

Watts PowerCurve::operator()(Seconds step) const {
  const double x = std::log(step.value());
  const auto i = static_cast<std::size_t>(std::ranges::upper_bound(log_seconds_, x) - log_seconds_.begin());
  if (i == 0) return Watts{std::exp(log_watts_[0])};
  if (i == log_seconds_.size()) return Watts{std::exp(log_watts_[i - 1])};
  const double part = (x - log_seconds_[i - 1]) / (log_seconds_[i] - log_seconds_[i - 1]);
  return Watts{std::exp(std::lerp(log_watts_[i - 1], log_watts_[i], part))};
}

nlohmann::ordered_json PowerCurve::to_json() const {
  return {{"log_step_s", numbers_of(log_seconds_)}, {"log_watts", numbers_of(log_watts_)}};
}

Result<PowerCurve> PowerCurve::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "power");
  PowerCurve curve;
  curve.log_seconds_ = reader.numbers("log_step_s");
  curve.log_watts_ = reader.numbers("log_watts");
  if (reader.error()) return propagate(*reader.error());
  if (curve.log_seconds_.empty() || curve.log_seconds_.size() != curve.log_watts_.size() ||
      !std::ranges::is_sorted(curve.log_seconds_))
    return fail(ErrorKind::malformed, "power", "is not a curve over rising durations");
  return curve;
}

Result<PowerFactor> PowerFactor::fit(std::span<const PassRow> rows, const PowerCurve& curve) {
  std::vector<const PassRow*> metered;
  for (const auto& row : rows)
    if (row.energy) metered.push_back(&row);
  PowerFactor factor;
  if (metered.size() < least_rows) return factor;
  const auto n = static_cast<Eigen::Index>(metered.size());
  RegressionData data{Eigen::MatrixXd(n, static_cast<Eigen::Index>(feature_count)), Eigen::VectorXd(n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& row = *metered[static_cast<std::size_t>(i)];
    data.x.row(i) = vector_of(features_of(row.work)).transpose();
    data.y[i] = std::log(*row.energy / row.time / curve(row.step));
  }
  auto regression = robust_residual(std::move(data), power_alpha);
  if (!regression) return propagate(regression.error());
  factor.log_factor_ = std::move(*regression);
  return factor;
}

double PowerFactor::operator()(const LayerWork& work) const {
  return log_factor_ ? std::exp(log_factor_->predict(features_of(work))) : 1;
}

nlohmann::ordered_json PowerFactor::to_json() const {
  return log_factor_ ? log_factor_->to_json() : nlohmann::ordered_json();
}

Result<PowerFactor> PowerFactor::from_json(const nlohmann::ordered_json& json) {
  PowerFactor factor;
  if (json.is_null()) return factor;
  auto regression = residual_from(json);
  if (!regression) return propagate(regression.error());
  factor.log_factor_ = std::move(*regression);
  return factor;
}

}  // namespace joulecast::estimate
