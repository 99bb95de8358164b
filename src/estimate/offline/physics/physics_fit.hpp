// Maximum a posteriori fit of the physics parameters by Levenberg-Marquardt.
#pragma once

#include <span>

#include "estimate/offline/observation.hpp"
#include "estimate/offline/physics/physics_variance.hpp"

namespace joulecast::estimate {

struct PhysicsFit {
  ParameterSpace space;
  Eigen::VectorXd values;
  /// Of the values in units of the prior standard deviation (Laplace's approximation).
  Eigen::MatrixXd covariance;
  [[nodiscard]] PhysicsOutput predict(const Sample& sample) const {
    return evaluate_physics(physics_input(sample, space), space, values.array().exp());
  }
  [[nodiscard]] PhysicsVariance variance(const Sample& sample) const {
    return physics_variance(physics_input(sample, space), space, values.array().exp(), covariance);
  }
};

/// Assumed error of the equations beyond noise, as a standard deviation of logarithms. It is large enough
/// that a hundred rows of one workload do not outweigh the priors. The residual model has to explain the
/// rest.
constexpr double time_discrepancy = 0.08;
constexpr double power_discrepancy = 0.07;

/// invalid if no observation has both time and power.
[[nodiscard]] Result<PhysicsFit> fit_physics(std::span<const Observation> observations);

/// When a calibration starts from a fitted parameter, its prior standard deviation is this share of the
/// original one.
constexpr double fitted_freedom = 0.3;

/// Continues from a fit with rows of a machine that it has not seen. Shared parameters take the fitted values
/// as their prior; the machine's own parameters keep their original prior. Without rows it returns the fit
/// unchanged. `reach` scales the freedom of every parameter that does not belong to a workload.
[[nodiscard]] PhysicsFit refit_physics(const PhysicsFit& start, std::span<const Observation> observations,
                                       double reach = 1);

}  // namespace joulecast::estimate
