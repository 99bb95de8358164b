// What one training step costs beyond the forward pass, by simple rules, and the dimensionless summary of a
// network.
#pragma once

#include <string_view>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network {

/// What an optimiser does to each parameter in one step.
struct Optimiser {
  std::string_view name;
  int state_words;  ///< kept beside weight and gradient: momentum, variance
  int flops;        ///< arithmetic for a parameter in one step
};
/// "sgd", "momentum", "adam", "adamw", "rmsprop", "adadelta", "adagrad", "lamb", ignoring case; invalid
/// otherwise.
[[nodiscard]] Result<Optimiser> find_optimiser(std::string_view name);

/// One step over a batch. Bytes are an upper bound: the traffic if nothing is fused or cached.
struct StepCost {
  double forward_flops = 0, backward_flops = 0, optimiser_flops = 0;
  double forward_bytes = 0, backward_bytes = 0, optimiser_bytes = 0;
  int kernels = 0;  ///< forward + backward + optimiser (a fused optimiser counts one)
  [[nodiscard]] double flops() const { return forward_flops + backward_flops + optimiser_flops; }
  [[nodiscard]] double bytes() const { return forward_bytes + backward_bytes + optimiser_bytes; }
};
/// Backward: each matrix product needs two (gradient of its input and of its weight); the first layer needs
/// no gradient of its input. Backward traffic: gradients read and written as the forward's activations were,
/// plus the saved activations read, plus weights read and weight gradients written.
[[nodiscard]] StepCost step_cost(const ArchitectureFeatures& network, std::int64_t batch,
                                 const Optimiser& optimiser);

/// Peak bytes on the device while training: weights, gradients, optimiser state, kept activations, working
/// set. Without the framework's context and without fragmentation, which do not follow from the architecture.
struct TrainingMemory {
  double weights = 0, gradients = 0, optimiser = 0, activations = 0, working_set = 0;
  [[nodiscard]] double total() const { return weights + gradients + optimiser + activations + working_set; }
};
[[nodiscard]] TrainingMemory training_memory(const ArchitectureFeatures& network, std::int64_t batch,
                                             const Optimiser& optimiser);

/// Dimensionless features; shares are 0..1.
struct Summary {
  double arithmetic_intensity = 0;  ///< forward FLOPs / (activation + weight bytes) at the batch
  double convolution_share = 0;     ///< of MACs, likewise the next four
  double depthwise_share = 0;
  double pointwise_share = 0;
  double dense_share = 0;
  double attention_share = 0;
  double recurrent_share = 0;
  double memory_bound_share = 0;  ///< of activation traffic: normalisation, elementwise, pooling, movement
  double log2_mean_columns = 0;   ///< MAC-weighted mean of log2(output channels of a product)
  double log2_mean_depth = 0;     ///< MAC-weighted mean of log2(depth of a product)
  int depth = 0;
  int kernels = 0;
};
[[nodiscard]] Summary summarise(const ArchitectureFeatures& network, std::int64_t batch);

}  // namespace joulecast::network
