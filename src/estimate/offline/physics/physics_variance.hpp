// Variance of the physics prediction that comes from uncertain parameters.
#pragma once

#include "estimate/offline/physics/physics_model.hpp"

namespace joulecast::estimate {

/// Variances of the logarithms due to uncertain parameters, to first order. Parameters of an unseen GPU,
/// host, workload or setting contribute their prior variance. Fitted ones contribute by `covariance`, in
/// units of the prior standard deviations.
struct PhysicsVariance {
  double time = 0, power = 0, energy = 0;
};
[[nodiscard]] PhysicsVariance physics_variance(const PhysicsInput& input, const ParameterSpace& space,
                                               const Eigen::VectorXd& exponentials,
                                               const Eigen::MatrixXd& covariance);

}  // namespace joulecast::estimate
