// What the equations of a step leave unexplained, for one kind of software: a Gaussian process over networks,
// their names, the load and the setup (Rasmussen, Williams 2006).
#pragma once

#include <Eigen/Dense>
#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/speed/name_similarity.hpp"
#include "estimate/offline/speed/step_equations.hpp"

namespace joulecast::estimate {

/// Where a row stands. Numbers are logarithms or shares.
struct SpeedFeatures {
  static constexpr std::size_t work_count = 8, setup_count = 8, composition_count = product_kinds + 2;
  std::array<double, work_count> work{};
  std::array<double, setup_count> setup{};
  /// Of networks known by kinds of layers: their parts in the time of a step; zeros otherwise.
  std::array<double, composition_count> composition{};
  bool transformer = false, nhwc = false, composed = false;
  std::string name, board, precision;  ///< of the network as it is written, and so on
  std::string network;                 ///< normalised_architecture(name)
  NameTriples triples;                 ///< of the name
};
[[nodiscard]] SpeedFeatures speed_features(const Sample& sample, const StepTime& time);

/// Covariance of the residuals of two rows of one kind of software.
[[nodiscard]] double covariance(const SpeedFeatures& a, const SpeedFeatures& b);

class SpeedResidual {
 public:
  struct Value {
    double mean = 0, variance = 0;
  };
  SpeedResidual() = default;
  /// Learns from at most `most_rows` of the rows: first one of each network, board and precision.
  [[nodiscard]] static SpeedResidual fit(std::vector<SpeedFeatures> rows, std::vector<double> residuals);
  /// The variance is an upper bound: that beside the most similar row alone.
  [[nodiscard]] Value predict(const SpeedFeatures& features) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<SpeedResidual> from_json(const nlohmann::ordered_json& json);

  static constexpr std::size_t most_rows = 1600;

 private:
  std::vector<SpeedFeatures> rows_;
  Eigen::VectorXd weights_;
};

}  // namespace joulecast::estimate
