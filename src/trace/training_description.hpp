// What a training is: the network, the data, the GPUs and how they are used. All code that measures,
// predicts, compares or learns from trainings uses this type.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::trace {

/// Unknown = empty or nullopt, never 0.
struct TrainingDescription {
  // The machine.
  std::string gpu;  ///< its name, as the driver or a table writes it
  std::optional<int> gpu_count;
  std::optional<int> nodes;
  std::optional<double> gpu_memory_mib;     ///< of one GPU
  std::optional<double> gpu_power_limit_w;  ///< of one GPU
  // The network.
  std::string architecture;
  std::string family;                               ///< of architectures: "resnet"
  std::optional<double> gflops_forward_per_sample;  ///< 10^9 multiply-accumulates, as tables count them
  std::optional<double> params;
  // The data.
  std::string dataset;
  std::vector<int> image_size;          ///< height, width, channels, as run.json has it
  std::string input_shape;              ///< of one sample, channels first, as tables have it: "3x224x224"
  std::optional<double> train_samples;  ///< of an epoch
  std::optional<double> validation_samples;
  // How it is trained.
  std::string framework;
  std::string optimizer;
  std::string precision;             ///< "fp32", "amp-fp16", …
  std::optional<double> batch_size;  ///< of a step, over all GPUs
  std::optional<double> epochs;
};

/// `input_shape`, else the shape from `image_size`; empty if neither is known.
[[nodiscard]] std::string input_shape_of(const TrainingDescription& training);

using Tags = std::map<std::string, std::string>;

/// The names of the tags that describe a run, which are the columns of the workload table. They include
/// `source`, which names software and machine and is not part of the description.
[[nodiscard]] const std::vector<std::string_view>& description_tags();

/// Whether the description has a value for this tag; false for other tags.
[[nodiscard]] bool says(const TrainingDescription& training, std::string_view tag);

/// Overrides the description by tags. Returns the tags with impossible values ("batch_size=many"), in the
/// order of description_tags(); for these the description keeps its value. Other tags are ignored.
[[nodiscard]] std::vector<std::string> apply_tags(TrainingDescription& training, const Tags& tags);

/// Impossible values in the description itself, in the form of apply_tags(): a record may contain a batch
/// size of 0.
[[nodiscard]] std::vector<std::string> impossible_values(const TrainingDescription& training);

}  // namespace joulecast::trace
