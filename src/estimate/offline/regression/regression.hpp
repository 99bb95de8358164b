// The paper's four regressions (del Rey et al., arXiv 2307.05520, section 4): linear, ridge, kernel ridge
// with RBF kernel, support vector. Features and target are standardised inside, by what each fit sees.
//
// A fitted one is f(x) = intercept + w.z, or intercept + sum_i c_i exp(-gamma |z - z_i|^2), of z =
// (x-mean)/sd.
#pragma once

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::estimate {

enum class RegressionKind { linear, ridge, kernel_ridge, support_vector };
[[nodiscard]] std::string_view name_of(RegressionKind kind);

struct RegressionSetting {
  RegressionKind kind = RegressionKind::linear;
  double alpha = 0;    ///< penalty of ridge and kernel ridge
  double gamma = 0;    ///< of the RBF kernel, on standardised features
  double cost = 1;     ///< C of the support vectors
  double epsilon = 0;  ///< width of their tube, in standard deviations of the target
};

/// Rows are observations; a missing feature is NaN and takes the mean of those that are known.
struct RegressionData {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
};

class Regression {
 public:
  /// invalid where there are fewer than two observations or nothing varies.
  [[nodiscard]] static Result<Regression> fit(const RegressionData& data, const RegressionSetting& setting);
  [[nodiscard]] double predict(const Eigen::VectorXd& x) const;
  [[nodiscard]] const RegressionSetting& setting() const { return setting_; }

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<Regression> from_json(const nlohmann::ordered_json& json);

 private:
  [[nodiscard]] Eigen::VectorXd standardised(const Eigen::VectorXd& x) const;
  RegressionSetting setting_;
  Eigen::VectorXd mean_, sd_;  ///< of the features
  double intercept_ = 0;       ///< in the target's unit, as weights_ and coefficients_ are
  Eigen::VectorXd weights_;
  Eigen::MatrixXd centres_;  ///< standardised, one a row
  Eigen::VectorXd coefficients_;
};

}  // namespace joulecast::estimate
