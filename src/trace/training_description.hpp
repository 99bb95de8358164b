// What a training is: the network, the data, the machine's GPUs and how they are used. Everything that
// measures, predicts, compares or learns from trainings describes them with this type.
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

/// `input_shape`, else what `image_size` says of it; empty where neither is known.
[[nodiscard]] std::string input_shape_of(const TrainingDescription& training);

using Tags = std::map<std::string, std::string>;

/// The names of tags that describe a run: those of the workload table's columns. `source` is among them: it
/// names the software and the machine, and is no part of the description.
[[nodiscard]] const std::vector<std::string_view>& description_tags();

/// Whether the description says what the tag of that name would; false for other tags.
[[nodiscard]] bool says(const TrainingDescription& training, std::string_view tag);

/// Lets tags override the description. Returns the tags whose values are impossible ("batch_size=many"), in
/// the order of description_tags(); of those the description keeps what it had. Other tags are ignored.
[[nodiscard]] std::vector<std::string> apply_tags(TrainingDescription& training, const Tags& tags);

/// What the description says impossibly, as apply_tags() would call it: a record may hold a batch size of 0.
[[nodiscard]] std::vector<std::string> impossible_values(const TrainingDescription& training);

}  // namespace joulecast::trace
