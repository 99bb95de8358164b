// Maximum a posteriori fit of the physics parameters by Levenberg-Marquardt.
#pragma once

#include <span>

#include "estimate/offline/observation.hpp"
#include "estimate/offline/physics/physics_variance.hpp"

namespace joulecast::estimate {

struct PhysicsFit {
  ParameterSpace space;
  Eigen::VectorXd values;
  Eigen::MatrixXd covariance;  ///< of the values in prior standard deviations (Laplace's approximation)
  [[nodiscard]] PhysicsOutput predict(const Sample& sample) const {
    return evaluate_physics(physics_input(sample, space), space, values.array().exp());
  }
  [[nodiscard]] PhysicsVariance variance(const Sample& sample) const {
    return physics_variance(physics_input(sample, space), space, values.array().exp(), covariance);
  }
};

/// How far the equations are from the truth beyond noise, in logarithms. Large enough that a hundred rows of
/// one workload do not drown the priors; what is left is the residual's work.
constexpr double time_discrepancy = 0.08;
constexpr double power_discrepancy = 0.07;

/// invalid where no observation has both time and power.
[[nodiscard]] Result<PhysicsFit> fit_physics(std::span<const Observation> observations);

/// How sure a fitted parameter is, as a share of its first standard deviation, where a calibration starts
/// from it.
constexpr double fitted_freedom = 0.3;

/// Goes on from a fit with rows of a machine that it has not seen: the fitted values are the prior of the
/// shared parameters, the machine's own have theirs. With no row it returns the fit as it is. `reach` scales
/// the freedom of every parameter that is not a workload's own.
[[nodiscard]] PhysicsFit refit_physics(const PhysicsFit& start, std::span<const Observation> observations,
                                       double reach = 1);

}  // namespace joulecast::estimate
