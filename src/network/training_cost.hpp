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

/// Formats of the numbers that a training computes with. amp: weights stay FP32 and are cast for products.
enum class Precision { fp32, tf32, amp_fp16, amp_bf16, fp16, bf16, amp_fp8, fp8, mxfp8, nvfp4 };
[[nodiscard]] std::string_view name_of(Precision precision);     ///< "amp-bf16"
[[nodiscard]] std::vector<std::string_view> known_precisions();  ///< their names
/// invalid, with the known names, for another name.
[[nodiscard]] Result<Precision> find_precision(std::string_view name);

/// How a training uses its GPUs. The defaults are what PyTorch does unasked.
struct TrainingSetup {
  Precision precision = Precision::fp32;
  int gpus = 1;        ///< of which each, or each group that shares a model, takes its part of the batch
  int accumulate = 1;  ///< smaller batches, one after the other, whose gradients are added up to a step's
  /// Keep the inputs of the repeated blocks alone, and compute what is in them again.
  bool checkpointing = false;
  /// What the GPUs share instead of repeating it: 1 optimiser state, 2 gradients too, 3 weights too (ZeRO's
  /// stages; 3 is FSDP).
  int shard = 0;
  int tensor_parallel = 1;    ///< GPUs that divide the products of every layer
  int pipeline_parallel = 1;  ///< groups of GPUs that hold a part of the layers each
  [[nodiscard]] int copies() const { return gpus / (tensor_parallel * pipeline_parallel); }  ///< of the model
};

/// Peak bytes on one device while training. Without the framework's context and without fragmentation, which
/// do not follow from the architecture.
struct TrainingMemory {
  double weights = 0, gradients = 0, optimiser = 0, activations = 0, working_set = 0;
  double cast_weights = 0;  ///< copies of the weights of products, which autocast keeps for a step
  [[nodiscard]] double total() const {
    return weights + gradients + optimiser + activations + working_set + cast_weights;
  }
};

/// `batch`: samples of a step over all GPUs. Rules: mixed precision halves what products, attention and
/// activation functions keep, and normalisation keeps FP32; pure half precision halves everything. Tensor
/// parallel GPUs divide 24 of 34 parts of what a transformer's layer keeps (Korthikanti et al. 2022, without
/// sequence parallelism); of a pipeline the first stage is counted, which keeps as many micro-batches as
/// there are stages (1F1B, Narayanan et al. 2021), or all if they are fewer. invalid, naming the field, for
/// formats of 8 bits and fewer, whose copies depend on the library, and for an impossible setup.
[[nodiscard]] Result<TrainingMemory> training_memory(const ArchitectureFeatures& network, std::int64_t batch,
                                                     const Optimiser& optimiser, const TrainingSetup& setup);
/// In FP32 on one GPU.
[[nodiscard]] TrainingMemory training_memory(const ArchitectureFeatures& network, std::int64_t batch,
                                             const Optimiser& optimiser);

/// The most samples of a step over all GPUs that fit into `bytes` of each; 0 if not even one does.
[[nodiscard]] Result<std::int64_t> largest_batch(const ArchitectureFeatures& network, double bytes,
                                                 const Optimiser& optimiser, const TrainingSetup& setup);

/// Arithmetic of the forward passes that checkpointing repeats in a step.
[[nodiscard]] double recomputed_flops(const ArchitectureFeatures& network, std::int64_t batch);

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
