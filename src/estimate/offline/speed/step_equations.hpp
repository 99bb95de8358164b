// The learned factors of the terms of a step: maximum a posteriori by Gauss-Newton steps, robust against rows
// that are far off.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "base/result.hpp"
#include "estimate/offline/speed/step_terms.hpp"

namespace joulecast::estimate {

struct StepTime {
  double log_seconds = 0;                        ///< of one sample of one GPU
  double variance = 0;                           ///< of the logarithm, from what is not known of the factors
  std::array<double, step_term_count> shares{};  ///< d log t / d log term; at most 1 together
  double gpu_s = 0;                              ///< of one sample, without waiting for launches and exchange
};

class StepEquations {
 public:
  /// Rows without a measured step are left out. invalid if none is left.
  [[nodiscard]] static Result<StepEquations> fit(std::span<const Sample> samples);
  [[nodiscard]] StepTime predict(const Sample& sample) const;
  /// Whether the factor was measured.
  [[nodiscard]] bool knows(const std::string& factor) const { return index_.contains(factor); }
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<StepEquations> from_json(const nlohmann::ordered_json& json);

 private:
  /// The logarithm of a term's factors together, with one of them moved; those that were not measured are at
  /// their priors' means. `step_term_count` stands for the whole GPU time.
  [[nodiscard]] double log_factor(const StepTerms& terms, std::size_t term, const Factor* moved,
                                  double by) const;
  /// What was never measured varies as its prior does: how far the time goes with a factor one standard
  /// deviation up or down. A slope would miss what waits behind another term, such as launches ten times as
  /// slow as is usual.
  [[nodiscard]] double unmeasured_variance(const StepTerms& terms, double log_seconds) const;

  std::map<std::string, int> index_;  ///< of the factors
  Eigen::VectorXd values_;            ///< logarithms
  Eigen::MatrixXd covariance_;
};

/// The logarithm of a row's measured seconds per sample of one GPU. For samples with a step and its time.
[[nodiscard]] double measured_log_seconds(const Sample& sample);

}  // namespace joulecast::estimate
