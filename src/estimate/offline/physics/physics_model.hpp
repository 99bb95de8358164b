// Roofline time and power of a training step (docs/prediction.md, "The physics method"; roofline: Williams,
// Waterman, Patterson 2009).
//
//   t_gpu  = b sum_k 3 A_k e_k + optimiser traffic
//   t_step = (t_launch^m + (t_gpu / s)^m + t_input^m)^(1/m)
//   P      = idle + busy^x (active - idle)
//
// A_k: a sample's FLOPs of kind k over the peak rate, or its bytes over the bandwidth. t_step is a smooth
// maximum. P is held below the limit: the clock gives way, and with it the time; s is the share of the clock
// that is left.
#pragma once

#include <array>
#include <optional>

#include "estimate/offline/physics/physics_parameters.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

/// A sample as the equations need it.
struct PhysicsInput {
  LevelIndices levels{};
  std::array<double, term_count> seconds{};  ///< of one sample's step at peak rates
  bool shares_lanes = false;                 ///< of FP32 with integer instructions
  double matrix_gain = 0;  ///< log of the rate that TF32 matrix units add to that of the FP32 lanes
  double kernels = 0;      ///< of one step
  double weight_s = 0;     ///< to read the weights once at peak bandwidth
  double samples = 1;      ///< of an epoch; 1 where unknown (the workload's parameters take it)
  double batch_of_gpu = 1;
  int gpu_count = 1;
  double limit_w = 0, board_w = 0;
  double full_speed_w = 0;  ///< of the board, if no limit held it
  bool stacked_memory = false;
  bool known_work = true;  ///< else it is nominal, and the workload's parameters are free to stand for it
};

struct PhysicsOutput {
  double log_time = 0;   ///< of an epoch, s
  double log_power = 0;  ///< all GPUs, W
  // What it is made of, for the residual and for people:
  double busy = 0;   ///< share of the step that the GPU works at full clock
  double clock = 1;  ///< share of the full clock that the limit leaves
  double limit_over_demand = 1;
  std::array<double, term_count> shares{};  ///< of GPU time by term; sum below 1: the rest is the optimiser
  double launch_s = 0, gpu_s = 0, input_s = 0;  ///< of one step
};

/// Graph and samples are known, so that the workload's parameters need little freedom.
[[nodiscard]] bool well_known(const Sample& sample);
[[nodiscard]] PhysicsInput physics_input(const Sample& sample, const ParameterSpace& space);

/// Moves one parameter away from its value, at every level.
struct Nudge {
  Parameter parameter = Parameter::launch_s;
  std::size_t term = 0;  ///< of the vectors over the terms
  double log_factor = 0;
};

/// `exponentials` are exp() of the parameters' values.
[[nodiscard]] PhysicsOutput evaluate_physics(const PhysicsInput& input, const ParameterSpace& space,
                                             const Eigen::VectorXd& exponentials, const Nudge& nudge = {});

}  // namespace joulecast::estimate
