#include "estimate/offline/physics/physics_problem.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "estimate/offline/physics/physics_fit.hpp"

namespace joulecast::estimate {
namespace {

constexpr int most_steps = 60;
constexpr double difference = 1e-5;  ///< step of the forward differences, in logarithms

}  // namespace

PhysicsProblem::PhysicsProblem(const ParameterSpace& space, std::span<const Observation> observations)
    : space_(space) {
  for (const auto& observation : observations) {
    inputs_.push_back(physics_input(*observation.sample, space));
    targets_.push_back({observation.log_time, observation.log_power});
  }
  outputs_.resize(inputs_.size());
}

double PhysicsProblem::cost(const Eigen::VectorXd& z) const {
  const Eigen::VectorXd exponentials = exponentials_of(z);
  double sum = z.squaredNorm();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto output = evaluate_physics(inputs_[i], space_, exponentials);
    for (const auto& [error, scale] : errors_of(i, output)) sum += error * error / (scale * scale);
  }
  return std::isfinite(sum) ? sum : std::numeric_limits<double>::infinity();
}

void PhysicsProblem::linearise(const Eigen::VectorXd& z, Eigen::MatrixXd& normal, Eigen::VectorXd& gradient) {
  normal.setIdentity(z.size(), z.size());
  gradient = z;
  Eigen::VectorXd exponentials = exponentials_of(z);
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    outputs_[i] = evaluate_physics(inputs_[i], space_, exponentials);
  Slopes slopes;
  const auto& columns = slopes.columns;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    take_slopes(i, exponentials, slopes);
    const auto errors = errors_of(i, outputs_[i]);
    for (std::size_t target = 0; target < 2; ++target) {
      if (!targets_[i][target]) continue;
      const auto [error, scale] = errors[target];
      const double weight = 1 / (scale * scale);
      const auto slope = [&](std::size_t column) { return slopes.of_time_and_power[column][target]; };
      for (std::size_t a = 0; a < columns.size(); ++a) {
        gradient[columns[a]] -= weight * slope(a) * error;
        for (std::size_t b = 0; b <= a; ++b) normal(columns[a], columns[b]) += weight * slope(a) * slope(b);
      }
    }
  }
  normal = Eigen::MatrixXd(normal.selfadjointView<Eigen::Lower>());
}

void PhysicsProblem::take_slopes(std::size_t i, Eigen::VectorXd& exponentials, Slopes& slopes) const {
  slopes.columns.clear();
  slopes.of_time_and_power.clear();
  const double factor = std::exp(difference);
  for (std::size_t k = 0; k < parameter_count; ++k) {
    const auto parameter = static_cast<Parameter>(k);
    const auto first = space_.offset(parameter, inputs_[i].levels);
    if (first < 0) continue;
    for (auto at = first; at < first + width_of(parameter); ++at) {
      if (width_of(parameter) > 1 && inputs_[i].seconds[static_cast<std::size_t>(at - first)] == 0) continue;
      const double base = exponentials[at];
      exponentials[at] = base * factor;
      const auto output = evaluate_physics(inputs_[i], space_, exponentials);
      exponentials[at] = base;
      const double scale = space_.sd()[at] / difference;
      slopes.columns.push_back(at);
      slopes.of_time_and_power.push_back({(output.log_time - outputs_[i].log_time) * scale,
                                          (output.log_power - outputs_[i].log_power) * scale});
    }
  }
}

Eigen::VectorXd PhysicsProblem::values_of(const Eigen::VectorXd& z) const {
  return space_.mean() + space_.sd().cwiseProduct(z);
}

std::array<PhysicsProblem::Error, 2> PhysicsProblem::errors_of(std::size_t i,
                                                               const PhysicsOutput& output) const {
  const auto& [time, power] = targets_[i];
  return {Error{time ? *time - output.log_time : 0, time_discrepancy},
          Error{power ? *power - output.log_power : 0, power_discrepancy}};
}

Eigen::VectorXd PhysicsProblem::exponentials_of(const Eigen::VectorXd& z) const {
  return values_of(z).array().exp();
}

Eigen::VectorXd minimise(PhysicsProblem& problem) {
  Eigen::VectorXd z = Eigen::VectorXd::Zero(problem.size()), gradient;
  Eigen::MatrixXd normal;
  double cost = problem.cost(z);
  double damping = 1, growth = 2;
  problem.linearise(z, normal, gradient);
  for (int step = 0; step < most_steps; ++step) {
    Eigen::MatrixXd damped = normal;
    damped.diagonal().array() += damping;
    const Eigen::VectorXd move = damped.llt().solve(-gradient);
    const double expected = move.dot(damping * move - gradient);
    const double next = problem.cost(z + move);
    if (next < cost) {
      const double gain = (cost - next) / expected;
      const double settled = (cost - next) / cost;
      z += move;
      cost = next;
      damping *= std::max(1.0 / 3, 1 - std::pow(2 * gain - 1, 3));
      growth = 2;
      if (settled < 1e-5) break;
      problem.linearise(z, normal, gradient);
    } else {
      damping *= growth;
      growth *= 2;
      if (damping > 1e12) break;
    }
  }
  return z;
}

}  // namespace joulecast::estimate
