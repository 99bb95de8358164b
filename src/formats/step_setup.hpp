// How a measured training step was set up, beyond what TrainingDescription says: the columns of a table of
// speeds, and what the notes of its rows tell in fixed words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::formats {

/// Unknown = empty or nullopt. The other defaults are what a framework does unasked.
struct StepSetup {
  bool training = true;       ///< false = forward passes alone
  std::string memory_format;  ///< "nchw", "nhwc"
  std::optional<double> sequence_length;
  std::optional<double>
      micro_batch;  ///< samples that one GPU, or one group that shares a model, computes at once
  std::optional<double> global_batch;   ///< samples of a step, where several micro-batches make one
  std::optional<double> activations_m;  ///< of a sample's forward pass: outputs of products, in millions
  double tensor_parallel = 1, pipeline_parallel = 1, expert_parallel = 1, context_parallel = 1;
  double virtual_stages = 1;       ///< of each GPU in a pipeline (interleaved schedule)
  bool checkpointing = false;      ///< activations are computed again
  bool offload = false;            ///< optimiser state in the host's memory
  bool full_shard = false;         ///< weights are divided among the GPUs (ZeRO 3, FSDP)
  bool optimiser_step = true;      ///< false = forward and backward passes alone were timed
  bool compiled = false;           ///< operators were fused by a compiler
  std::optional<bool> fast_links;  ///< NVLink and its like between the GPUs of a node; else the board's usual
  bool one_process = false;        ///< one process serves all GPUs (nn.DataParallel)
};

/// Reads "TP=4 PP=2 EP=8 CP=1 VP=2", "4-way tensor parallel", "4-stage pipeline", "global batch 256",
/// "activation checkpointing True", "CPU offload True", "sharding FULL_SHARD", "forward + backward",
/// "torch.compile" and "nn.DataParallel" in notes; whatever else they say is left alone.
void read_notes(std::string_view notes, StepSetup& setup);

}  // namespace joulecast::formats
