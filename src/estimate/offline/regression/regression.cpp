#include "estimate/offline/regression/regression.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "estimate/offline/eigen_json.hpp"
#include "estimate/offline/model_json.hpp"
#include "estimate/offline/regression/kernel_expansion.hpp"
#include "estimate/offline/regression/regression_data.hpp"

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

/// Merges observations with equal features into one and counts them. The solution stays the same and costs
/// less.
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

struct Regression::Fitted {
  RegressionSetting setting;
  Eigen::VectorXd mean, sd;  ///< of the features
  double intercept = 0;      ///< in the target's unit, as are weights and coefficients
  Eigen::VectorXd weights;
  Eigen::MatrixXd centres;  ///< standardised, one per row
  Eigen::VectorXd coefficients;

  [[nodiscard]] Eigen::VectorXd standardised(const Eigen::VectorXd& x) const {
    Eigen::VectorXd z = (x - mean).cwiseQuotient(sd);
    for (auto& value : z)
      if (!std::isfinite(value)) value = 0;
    return z;
  }
};

Result<Regression> Regression::fit(const RegressionData& data, const RegressionSetting& setting) {
  const auto n = data.x.rows();
  if (n < 2) return fail(ErrorKind::invalid, "regression", "needs two observations, has {}", n);
  auto fitted = std::make_shared<Fitted>();
  fitted->setting = setting;
  moments(data.x, fitted->mean, fitted->sd);
  const double centre = data.y.mean();
  double scale = std::sqrt((data.y.array() - centre).square().mean());
  if (!(scale > 0)) scale = 1;
  Eigen::MatrixXd z(n, data.x.cols());
  for (Eigen::Index i = 0; i < n; ++i) z.row(i) = fitted->standardised(data.x.row(i));
  const Eigen::VectorXd y = (data.y.array() - centre) / scale;
  fitted->intercept = centre;
  KernelExpansion kernel;
  switch (setting.kind) {
    case RegressionKind::linear:
      fitted->weights = scale * z.completeOrthogonalDecomposition().solve(y);
      break;
    case RegressionKind::ridge: {
      Eigen::MatrixXd normal = z.transpose() * z;
      normal.diagonal().array() += setting.alpha + 1e-12;
      fitted->weights = scale * normal.ldlt().solve(z.transpose() * y);
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
  fitted->centres = kernel.centres;
  fitted->coefficients = scale * kernel.coefficients;
  fitted->intercept += scale * kernel.offset;
  Regression result;
  result.fitted_ = std::move(fitted);
  return result;
}

double Regression::predict(std::span<const double> x) const {
  const auto& f = *fitted_;
  const auto z = f.standardised(vector_of(x));
  double value = f.intercept;
  if (f.weights.size() > 0) value += f.weights.dot(z);
  if (f.coefficients.size() > 0) {
    const Eigen::ArrayXd distances = (f.centres.rowwise() - z.transpose()).rowwise().squaredNorm();
    value += f.coefficients.dot((-f.setting.gamma * distances).exp().matrix());
  }
  return value;
}

nlohmann::ordered_json Regression::to_json() const {
  const auto& f = *fitted_;
  nlohmann::ordered_json json;
  json["kind"] = name_of(f.setting.kind);
  json["alpha"] = f.setting.alpha;
  json["gamma"] = f.setting.gamma;
  json["cost"] = f.setting.cost;
  json["epsilon"] = f.setting.epsilon;
  json["feature_means"] = numbers_of(f.mean);
  json["feature_sds"] = numbers_of(f.sd);
  json["intercept"] = rounded(f.intercept);
  json["weights"] = numbers_of(f.weights);
  json["centres"] = numbers_of(f.centres);
  json["coefficients"] = numbers_of(f.coefficients);
  return json;
}

Result<Regression> Regression::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "regression");
  auto fitted = std::make_shared<Fitted>();
  auto& f = *fitted;
  const auto kind = reader.text("kind");
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind == kind_names[i]) f.setting.kind = static_cast<RegressionKind>(i);
  f.setting.alpha = reader.number("alpha");
  f.setting.gamma = reader.number("gamma");
  f.setting.cost = reader.number("cost");
  f.setting.epsilon = reader.number("epsilon");
  f.mean = vector_of(reader.numbers("feature_means"));
  f.sd = vector_of(reader.numbers("feature_sds"));
  f.intercept = reader.number("intercept");
  f.weights = vector_of(reader.numbers("weights"));
  f.coefficients = vector_of(reader.numbers("coefficients"));
  f.centres = matrix_of(reader.rows("centres", static_cast<std::size_t>(f.mean.size())), f.mean.size());
  if (reader.error()) return propagate(*reader.error());
  const bool fits = f.sd.size() == f.mean.size() && f.centres.rows() == f.coefficients.size() &&
                    (f.weights.size() == 0 || f.weights.size() == f.mean.size());
  if (!fits) return fail(ErrorKind::malformed, "regression", "arrays of different lengths");
  Regression result;
  result.fitted_ = std::move(fitted);
  return result;
}

}  // namespace joulecast::estimate
