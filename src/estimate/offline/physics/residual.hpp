// The residual of the physics, log(measured / physics), as a Gaussian process with an additive kernel. Rows
// with the same workload, the same machine, similar networks or similar load have similar residuals. Far from
// all measured rows it returns to 0.
//
// Each source has its own process. It is stored as coefficients at inducing rows of dimensionless features.
#pragma once

#include <Eigen/Core>
#include <array>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "estimate/offline/observation.hpp"
#include "estimate/offline/physics/physics_fit.hpp"

namespace joulecast::estimate {

/// The features that the kernel compares.
struct ResidualFeatures {
  std::string workload, host, setting, optimiser;
  double log_batch = 0;  ///< batch size per GPU
  /// Power limit over board power.
  double log_limit = 0;
  /// Power limit over demand, at most log 1.5.
  double log_headroom = 0;
  bool has_work = false;    ///< the network is known
  Eigen::VectorXd load;     ///< busy share, log clock, shares of GPU time by term
  Eigen::VectorXd network;  ///< logs of FLOPs, bytes, kernels, weights; share of depthwise FLOPs
};
[[nodiscard]] ResidualFeatures residual_features(const Sample& sample, const PhysicsOutput& physics);

/// Standard deviations of the kernel's parts (of logarithms), and the noise of one row.
struct ResidualScales {
  double workload;          ///< the same workload anywhere, similar batch and headroom
  double workload_on_host;  ///< the same workload on the same host, similar batch and limit
  double host_load;         ///< the same host, similar load
  double load;              ///< similar load, anywhere in the source
  double host;              ///< the same host, whatever runs on it
  double network;           ///< similar networks, anywhere in the source
  double network_setting;   ///< similar networks, within one framework
  double network_host;      ///< similar networks, on one host
  double noise;
};
[[nodiscard]] ResidualScales time_scales();
[[nodiscard]] ResidualScales power_scales();

/// Covariances of the kernel's parts, in the order of ResidualScales; their sum is the kernel.
using KernelParts = std::array<double, 8>;
[[nodiscard]] KernelParts kernel_parts(const ResidualFeatures& a, const ResidualFeatures& b,
                                       const ResidualScales& scales);
[[nodiscard]] double kernel(const ResidualFeatures& a, const ResidualFeatures& b,
                            const ResidualScales& scales);

/// The process of one source and one target.
class Residual {
 public:
  Residual() = default;
  explicit Residual(const ResidualScales& scales) : scales_(scales) {}
  /// `noise` is the standard deviation of each residual.
  [[nodiscard]] static Residual fit(const std::vector<ResidualFeatures>& rows,
                                    const Eigen::VectorXd& residuals, const Eigen::VectorXd& noise,
                                    const ResidualScales& scales);
  struct Value {
    double mean = 0;
    /// Remaining variance given the nearest row in each part of the kernel: s^2 (1 - correlation^2), summed.
    /// The exact variance of the process would need a matrix of all rows.
    double variance = 0;
  };
  [[nodiscard]] Value predict(const ResidualFeatures& row) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<Residual> from_json(const nlohmann::ordered_json& json);

 private:
  ResidualScales scales_{};
  std::vector<ResidualFeatures> inducing_;
  Eigen::VectorXd coefficients_;
};

}  // namespace joulecast::estimate
