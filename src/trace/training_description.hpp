// What a training is: the network, the data, the machine's GPUs and how they are used. Everything that
// measures, predicts, compares or learns from trainings describes them with this type.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace joulecast::trace {

/// Unknown = empty or nullopt, never 0.
struct TrainingDescription {
  std::string gpu;  ///< its name, as the driver or a table writes it
  std::optional<int> gpu_count;
  std::optional<int> nodes;
  std::optional<double> gpu_memory_mib;     ///< of one GPU
  std::optional<double> gpu_power_limit_w;  ///< of one GPU
  std::string architecture;
  std::string framework;
  std::string dataset;
  std::string optimizer;
  std::string precision;             ///< "fp32", "amp-fp16", …
  std::vector<int> image_size;       ///< height, width, channels
  std::optional<double> batch_size;  ///< of a step, over all GPUs
  std::optional<double> train_samples;
  std::optional<double> validation_samples;
  std::optional<double> gflops_forward_per_sample;
  std::optional<double> params;
};

}  // namespace joulecast::trace
