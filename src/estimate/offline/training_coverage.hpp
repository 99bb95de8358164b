// A summary of a model's training data: which configurations were measured together, and the range of each
// feature. A model file keeps this instead of the rows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

/// Configurations that were measured together: one architecture on one kind of host.
struct MeasuredGroup {
  std::string source, framework, dataset;
  std::string architecture;  ///< normalised; "cell" stands for every network of a search space
  std::string gpu;
  int configurations = 0;
  double batch_low = 0, batch_high = 0;
  double gmacs = 0;  ///< of one sample's forward pass; 0 = not known
  double fp32_tflops = 0;
  bool epochs = true;  ///< whole epochs were measured, not the speed of steps
};

/// Groups the samples by host, dataset and architecture.
[[nodiscard]] std::vector<MeasuredGroup> measured_groups(std::span<const Sample> samples);

/// The groups most similar to the sample in arithmetic and peak rate (by their ratios), batch size, GPU and
/// architecture. Nearest first.
[[nodiscard]] std::vector<MeasuredGroup> nearest_groups(std::span<const MeasuredGroup> groups,
                                                        const Sample& sample, std::size_t most);

/// The least and the greatest of a feature among the training rows.
struct TrainingRange {
  std::string feature;
  double low = 0, high = 0;
};

/// Ranges of batch_size, gmacs, parameters, gpu_fp32_tflops, gpu_bandwidth_gb_s and power_limit_w. A feature
/// that no sample knows is left out.
[[nodiscard]] std::vector<TrainingRange> training_ranges(std::span<const Sample> samples);

/// A feature that lies outside its training range.
struct OutsideRange {
  TrainingRange range;
  double value = 0;
};
[[nodiscard]] std::vector<OutsideRange> outside_ranges(std::span<const TrainingRange> ranges,
                                                       const Sample& sample);

}  // namespace joulecast::estimate
