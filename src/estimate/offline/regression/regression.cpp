#include "estimate/offline/regression/regression.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/offline/model_json.hpp"
#include "estimate/offline/regression/kernel_expansion.hpp"

namespace joulecast::estimate {
namespace {

constexpr std::array<std::string_view, 4> kind_names{"linear", "ridge", "kernel-ridge", "support-vector"};

/// Means and standard deviations over the known values; 1 where a column does not vary.
void moments(const Eigen::MatrixXd& x, Eigen::VectorXd& mean, Eigen::VectorXd& sd) {
  mean.setZero(x.cols());
  sd.setOnes(x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    double sum = 0, squares = 0, n = 0;
    for (const double value : x.col(j))
      if (std::isfinite(value)) sum += value, n += 1;
    if (n == 0) continue;
    mean[j] = sum / n;
    for (const double value : x.col(j))
      if (std::isfinite(value)) squares += (value - mean[j]) * (value - mean[j]);
    const double spread = std::sqrt(squares / n);
    if (spread > 1e-12 * (1 + std::abs(mean[j]))) sd[j] = spread;
  }
}

/// Observations with the same features as one, with their number: the same solution for less work.
struct Distinct {
  Eigen::MatrixXd z;
  Eigen::VectorXd y, weights;
};
Distinct distinct_of(const Eigen::MatrixXd& z, const Eigen::VectorXd& y) {
  std::map<std::vector<double>, std::pair<double, double>> groups;
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    const Eigen::VectorXd row = z.row(i);
    auto& [sum, count] = groups[std::vector<double>(row.begin(), row.end())];
    sum += y[i], count += 1;
  }
  const auto n = static_cast<Eigen::Index>(groups.size());
  Distinct result{Eigen::MatrixXd(n, z.cols()), Eigen::VectorXd(n), Eigen::VectorXd(n)};
  Eigen::Index i = 0;
  for (const auto& [row, group] : groups) {
    result.z.row(i) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), z.cols());
    result.y[i] = group.first / group.second;
    result.weights[i] = group.second;
    ++i;
  }
  return result;
}

}  // namespace

std::string_view name_of(RegressionKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

Eigen::VectorXd Regression::standardised(const Eigen::VectorXd& x) const {
  Eigen::VectorXd z = (x - mean_).cwiseQuotient(sd_);
  for (auto& value : z)
    if (!std::isfinite(value)) value = 0;
  return z;
}

Result<Regression> Regression::fit(const RegressionData& data, const RegressionSetting& setting) {
  const auto n = data.x.rows();
  if (n < 2) return fail(ErrorKind::invalid, "regression", "needs two observations, has {}", n);
  Regression result;
  result.setting_ = setting;
  moments(data.x, result.mean_, result.sd_);
  const double centre = data.y.mean();
  double scale = std::sqrt((data.y.array() - centre).square().mean());
  if (!(scale > 0)) scale = 1;
  Eigen::MatrixXd z(n, data.x.cols());
  for (Eigen::Index i = 0; i < n; ++i) z.row(i) = result.standardised(data.x.row(i));
  const Eigen::VectorXd y = (data.y.array() - centre) / scale;
  result.intercept_ = centre;
  KernelExpansion kernel;
  switch (setting.kind) {
    case RegressionKind::linear:
      result.weights_ = scale * z.completeOrthogonalDecomposition().solve(y);
      break;
    case RegressionKind::ridge: {
      Eigen::MatrixXd normal = z.transpose() * z;
      normal.diagonal().array() += setting.alpha + 1e-12;
      result.weights_ = scale * normal.ldlt().solve(z.transpose() * y);
      break;
    }
    case RegressionKind::kernel_ridge: {
      const auto distinct = distinct_of(z, y);
      kernel = kernel_ridge(distinct.z, distinct.y, distinct.weights, setting.alpha, setting.gamma);
      break;
    }
    case RegressionKind::support_vector:
      kernel = support_vectors(z, y, setting.cost, setting.epsilon, setting.gamma);
      break;
  }
  result.centres_ = kernel.centres;
  result.coefficients_ = scale * kernel.coefficients;
  result.intercept_ += scale * kernel.offset;
  return result;
}

double Regression::predict(const Eigen::VectorXd& x) const {
  const auto z = standardised(x);
  double value = intercept_;
  if (weights_.size() > 0) value += weights_.dot(z);
  if (coefficients_.size() > 0) {
    const Eigen::ArrayXd distances = (centres_.rowwise() - z.transpose()).rowwise().squaredNorm();
    value += coefficients_.dot((-setting_.gamma * distances).exp().matrix());
  }
  return value;
}

nlohmann::ordered_json Regression::to_json() const {
  nlohmann::ordered_json json;
  json["kind"] = name_of(setting_.kind);
  json["alpha"] = setting_.alpha;
  json["gamma"] = setting_.gamma;
  json["cost"] = setting_.cost;
  json["epsilon"] = setting_.epsilon;
  json["feature_means"] = numbers_of(mean_);
  json["feature_sds"] = numbers_of(sd_);
  json["intercept"] = rounded(intercept_);
  json["weights"] = numbers_of(weights_);
  json["centres"] = numbers_of(centres_);
  json["coefficients"] = numbers_of(coefficients_);
  return json;
}

Result<Regression> Regression::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "regression");
  Regression result;
  const auto kind = reader.text("kind");
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind == kind_names[i]) result.setting_.kind = static_cast<RegressionKind>(i);
  result.setting_.alpha = reader.number("alpha");
  result.setting_.gamma = reader.number("gamma");
  result.setting_.cost = reader.number("cost");
  result.setting_.epsilon = reader.number("epsilon");
  result.mean_ = reader.vector("feature_means");
  result.sd_ = reader.vector("feature_sds");
  result.intercept_ = reader.number("intercept");
  result.weights_ = reader.vector("weights");
  result.coefficients_ = reader.vector("coefficients");
  result.centres_ = reader.matrix("centres", result.mean_.size());
  if (reader.error()) return propagate(*reader.error());
  const bool fits = result.sd_.size() == result.mean_.size() &&
                    result.centres_.rows() == result.coefficients_.size() &&
                    (result.weights_.size() == 0 || result.weights_.size() == result.mean_.size());
  if (!fits) return fail(ErrorKind::malformed, "regression", "arrays of different lengths");
  return result;
}

}  // namespace joulecast::estimate
