// The paper's four regressions (del Rey et al., arXiv 2307.05520, section 4): linear, ridge, kernel ridge
// with an RBF kernel, and support vector. Each fit standardises features and target by its own training data.
//
// A fitted regression is f(x) = intercept + w.z or f(x) = intercept + sum_i c_i exp(-gamma |z - z_i|^2), with
// z = (x - mean) / sd.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::estimate {

enum class RegressionKind { linear, ridge, kernel_ridge, support_vector };
[[nodiscard]] std::string_view name_of(RegressionKind kind);

struct RegressionSetting {
  RegressionKind kind = RegressionKind::linear;
  double alpha = 0;    ///< penalty of ridge and kernel ridge
  double gamma = 0;    ///< of the RBF kernel, for standardised features
  double cost = 1;     ///< C of the support vector regression
  double epsilon = 0;  ///< width of its tube, in standard deviations of the target
};

struct RegressionData;  // regression_data.hpp

class Regression {
 public:
  /// invalid if there are fewer than two observations or if nothing varies.
  [[nodiscard]] static Result<Regression> fit(const RegressionData& data, const RegressionSetting& setting);
  /// `x` has the same features as the training data; NaN = not known.
  [[nodiscard]] double predict(std::span<const double> x) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<Regression> from_json(const nlohmann::ordered_json& json);

 private:
  struct Fitted;
  std::shared_ptr<const Fitted> fitted_;  ///< copies share it; null before fit() or from_json()
};

}  // namespace joulecast::estimate
