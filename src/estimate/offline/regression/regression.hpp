// The paper's four regressions (del Rey et al., arXiv 2307.05520, section 4): linear, ridge, kernel ridge
// with RBF kernel, support vector. Features and target are standardised inside, by what each fit sees.
//
// A fitted one is f(x) = intercept + w.z, or intercept + sum_i c_i exp(-gamma |z - z_i|^2), of z =
// (x-mean)/sd.
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
  double gamma = 0;    ///< of the RBF kernel, on standardised features
  double cost = 1;     ///< C of the support vectors
  double epsilon = 0;  ///< width of their tube, in standard deviations of the target
};

struct RegressionData;  // regression_data.hpp

class Regression {
 public:
  /// invalid where there are fewer than two observations or nothing varies.
  [[nodiscard]] static Result<Regression> fit(const RegressionData& data, const RegressionSetting& setting);
  /// `x` has the features of the fit; NaN = not known.
  [[nodiscard]] double predict(std::span<const double> x) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<Regression> from_json(const nlohmann::ordered_json& json);

 private:
  struct Fitted;
  std::shared_ptr<const Fitted> fitted_;  ///< copies share it; null before fit() or from_json()
};

}  // namespace joulecast::estimate
