// How far the physics may be off because its parameters are not known.
#pragma once

#include "estimate/offline/physics/physics_model.hpp"

namespace joulecast::estimate {

/// Variances of the logarithms that come from not knowing the parameters, to first order: those of an unseen
/// GPU, host, workload or setting from their priors, the others from `covariance`, that of the fitted
/// parameters in prior standard deviations.
struct PhysicsVariance {
  double time = 0, power = 0, energy = 0;
};
[[nodiscard]] PhysicsVariance physics_variance(const PhysicsInput& input, const ParameterSpace& space,
                                               const Eigen::VectorXd& exponentials,
                                               const Eigen::MatrixXd& covariance);

}  // namespace joulecast::estimate
