// The least-squares problem of the physics parameters, and its solution by Levenberg-Marquardt.
#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "estimate/offline/observation.hpp"
#include "estimate/offline/physics/physics_model.hpp"

namespace joulecast::estimate {

/// The errors of log time and log power, weighted by the discrepancies of physics_fit.hpp, and the priors, as
/// a function of standardised parameters z ~ N(0, I). The space and the observations' samples must outlive
/// it.
class PhysicsProblem {
 public:
  PhysicsProblem(const ParameterSpace& space, std::span<const Observation> observations);

  [[nodiscard]] Eigen::Index size() const { return space_.size(); }
  /// Twice the negative log posterior up to a constant; infinite if it is not finite.
  [[nodiscard]] double cost(const Eigen::VectorXd& z) const;
  /// Normal matrix and gradient of half the cost at z, by forward differences.
  void linearise(const Eigen::VectorXd& z, Eigen::MatrixXd& normal, Eigen::VectorXd& gradient);
  /// The parameter values for z.
  [[nodiscard]] Eigen::VectorXd values_of(const Eigen::VectorXd& z) const;

 private:
  struct Error {
    double error = 0, scale = 1;
  };
  /// Derivatives of one observation's outputs with respect to the parameters that affect it.
  struct Slopes {
    std::vector<Eigen::Index> columns;
    std::vector<std::array<double, 2>> of_time_and_power;
  };
  [[nodiscard]] std::array<Error, 2> errors_of(std::size_t i, const PhysicsOutput& output) const;
  [[nodiscard]] Eigen::VectorXd exponentials_of(const Eigen::VectorXd& z) const;
  void take_slopes(std::size_t i, Eigen::VectorXd& exponentials, Slopes& slopes) const;

  const ParameterSpace& space_;
  std::vector<PhysicsInput> inputs_;
  std::vector<std::array<std::optional<double>, 2>> targets_;
  std::vector<PhysicsOutput> outputs_;
};

/// The z of least cost, starting at 0. Levenberg-Marquardt with Nielsen's damping (Madsen, Nielsen, Tingleff
/// 2004).
[[nodiscard]] Eigen::VectorXd minimise(PhysicsProblem& problem);

}  // namespace joulecast::estimate
