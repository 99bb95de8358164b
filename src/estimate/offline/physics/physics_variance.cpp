#include "estimate/offline/physics/physics_variance.hpp"

#include <vector>

namespace joulecast::estimate {
namespace {

/// Prior standard deviation of a parameter whose level was never measured.
double prior_sd(Parameter parameter, bool known_work) {
  const bool free =
      !known_work && info_of(parameter).level == Level::workload && parameter != Parameter::workload_power;
  return free ? unknown_work_sd : info_of(parameter).sd;
}

}  // namespace

PhysicsVariance physics_variance(const PhysicsInput& input, const ParameterSpace& space,
                                 const Eigen::VectorXd& exponentials, const Eigen::MatrixXd& covariance) {
  const auto here = evaluate_physics(input, space, exponentials);
  PhysicsVariance sum;
  std::vector<Eigen::Index> fitted;
  std::vector<std::array<double, 2>> slopes;  // of time and power, per prior standard deviation
  for (std::size_t k = 0; k < parameter_count; ++k) {
    const auto parameter = static_cast<Parameter>(k);
    const auto at = space.offset(parameter, input.levels);
    for (Eigen::Index i = 0; i < width_of(parameter); ++i) {
      // A step of a whole standard deviation captures more of the curvature than a small one.
      const double step = at < 0 ? prior_sd(parameter, input.known_work) : space.sd()[at + i];
      const auto term = static_cast<std::size_t>(i);
      const auto moved = evaluate_physics(input, space, exponentials, {parameter, term, step});
      const double time = moved.log_time - here.log_time, power = moved.log_power - here.log_power;
      if (at >= 0) {
        fitted.push_back(at + i);
        slopes.push_back({time, power});
        continue;
      }
      sum.time += time * time;
      sum.power += power * power;
      sum.energy += (time + power) * (time + power);
    }
  }
  for (std::size_t i = 0; i < fitted.size(); ++i)
    for (std::size_t j = 0; j < fitted.size(); ++j) {
      const double shared = covariance(fitted[i], fitted[j]);
      sum.time += shared * slopes[i][0] * slopes[j][0];
      sum.power += shared * slopes[i][1] * slopes[j][1];
      sum.energy += shared * (slopes[i][0] + slopes[i][1]) * (slopes[j][0] + slopes[j][1]);
    }
  return sum;
}

}  // namespace joulecast::estimate
