// What a network computes and what a training step of it costs: `joulecast model`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/frozen.hpp"
#include "network/network.hpp"
#include "network/training_cost.hpp"

namespace joulecast::session {

struct NetworkRequest {
  /// ONNX file, description file (.txt), a transformer's config.json or its folder, or a name such as
  /// "resnet50"
  std::string model;
  /// shape of one sample, "3x224x224"; for an input of an ONNX file with its name, "ids=1x128"
  std::vector<std::string> inputs;
  std::vector<std::string> dimensions;     ///< values for an ONNX file's symbolic dimensions: "sequence=128"
  std::optional<std::int64_t> classes;     ///< outputs of the head; not for ONNX files
  std::optional<std::int64_t> sequence{};  ///< tokens of a sample; for language models
  std::int64_t batch = 1;                  ///< samples in a training step
  std::string optimiser = "sgd";           ///< network::find_optimiser
  std::string precision = "fp32";          ///< network::find_precision
  int gpus = 1;  ///< that share the batch; this and the next as in network::TrainingSetup
  int accumulate = 1;
  bool checkpointing = false;
  int shard = 0;
  std::string freeze{};       ///< "backbone" or a number of layers: network::parse_frozen()
  std::optional<int> lora{};  ///< rank of adapters beside frozen weights
  std::string gpu{};          ///< whose memory is to suffice: hardware::resolve_gpu(); "" = none
};

struct NetworkDescription {
  network::ArchitectureFeatures network;
  std::int64_t batch = 1;
  network::Optimiser optimiser{"sgd", 0, 2};
  network::Totals totals;  ///< of one sample's forward pass
  network::StepCost step;  ///< of a training step over the batch
  network::TrainingSetup setup;
  network::Frozen frozen;
  network::TrainingMemory memory;  ///< of one GPU, peak while training
  double recomputed_flops = 0;     ///< of a step, by checkpointing
  /// If a GPU was named: its name and memory, and the largest batch of all GPUs that fits; 0 if none does.
  std::string gpu;
  std::optional<double> gpu_memory_bytes;
  std::optional<std::int64_t> largest_batch;
  network::Summary summary;  ///< dimensionless features at this batch size
};

/// An invalid field is named: "inputs", "dimensions", "batch", "precision", "gpus", "accumulate", "shard",
/// "freeze", "lora".
[[nodiscard]] Result<NetworkDescription> describe_network(const NetworkRequest& request);

/// The same for a network that is already loaded; the request's model and inputs are not looked at.
[[nodiscard]] Result<NetworkDescription> describe_network(network::ArchitectureFeatures network,
                                                          const NetworkRequest& request);

struct NetworkNames {
  std::vector<std::string> names;       ///< sorted
  std::vector<std::string> precisions;  ///< in which any of them may be trained
};
/// Every network that can be given by name.
[[nodiscard]] Result<NetworkNames> known_networks();

}  // namespace joulecast::session
