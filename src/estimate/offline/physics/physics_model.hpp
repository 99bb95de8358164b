// Roofline time and power of a training step (docs/prediction.md, "The physics method"; roofline: Williams,
// Waterman, Patterson 2009).
//
//   t_gpu  = b sum_k 3 A_k e_k + optimiser traffic
//   t_step = (t_launch^m + (t_gpu / s)^m + t_input^m)^(1/m)
//   P      = idle + busy^x (active - idle)
//
// A_k is a sample's FLOPs of kind k over the peak rate, or its bytes over the bandwidth. t_step is a smooth
// maximum. A power limit caps P by lowering the clock, which lengthens the step; s is the remaining share of
// the full clock.
#pragma once

#include <array>
#include <optional>

#include "estimate/offline/physics/physics_parameters.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

/// The values that the equations need from a sample.
struct PhysicsInput {
  LevelIndices levels{};
  std::array<double, term_count> seconds{};  ///< time of one sample's step at peak rates
  bool shares_lanes = false;                 ///< FP32 units also execute integer instructions
  /// log of the TF32 matrix rate over the FP32 rate; 0 if the GPU has no matrix units.
  double matrix_gain = 0;
  double kernels = 0;   ///< number of kernels in one step
  double weight_s = 0;  ///< time to read the weights once at peak bandwidth
  /// Samples of an epoch; 1 if unknown (the workload's own parameters then absorb the number).
  double samples = 1;
  double batch_of_gpu = 1;
  int gpu_count = 1;
  double limit_w = 0, board_w = 0;
  double full_speed_w = 0;  ///< power of the board without a limit
  bool stacked_memory = false;
  /// False if the network is unknown. The work is then a nominal one that the workload's parameters scale.
  bool known_work = true;
};

struct PhysicsOutput {
  double log_time = 0;   ///< log of an epoch's time in s
  double log_power = 0;  ///< log of the power of all GPUs in W
  // Intermediate results, for the residual model and for display:
  /// Share of the step in which the GPU would be busy at full clock.
  double busy = 0;
  double clock = 1;  ///< share of the full clock that the limit leaves
  double limit_over_demand = 1;
  /// Share of GPU time by term. The rest, up to 1, is the optimiser.
  std::array<double, term_count> shares{};
  double launch_s = 0, gpu_s = 0, input_s = 0;  ///< of one step
};

/// Whether graph and samples are known, so that the workload's parameters need little freedom.
[[nodiscard]] bool well_known(const Sample& sample);
[[nodiscard]] PhysicsInput physics_input(const Sample& sample, const ParameterSpace& space);

/// Changes one parameter by a small amount, at every level.
struct Nudge {
  Parameter parameter = Parameter::launch_s;
  std::size_t term = 0;  ///< which of the terms, for the parameters that are vectors over the terms
  double log_factor = 0;
};

/// `exponentials` holds exp() of the parameters' values.
[[nodiscard]] PhysicsOutput evaluate_physics(const PhysicsInput& input, const ParameterSpace& space,
                                             const Eigen::VectorXd& exponentials, const Nudge& nudge = {});

}  // namespace joulecast::estimate
