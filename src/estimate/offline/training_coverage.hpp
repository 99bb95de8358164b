// What a model was trained on, in little: which configurations were measured together, and how far each
// feature reached. A model file keeps this instead of the rows.
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
  double gmacs = 0;  ///< of a sample's forward pass; 0 = not known
  double fp32_tflops = 0;
};

/// Of samples, by host, dataset and architecture.
[[nodiscard]] std::vector<MeasuredGroup> measured_groups(std::span<const Sample> samples);

/// Those that are most like the sample: in arithmetic and peak rate (by their ratios), batch size, GPU and
/// architecture. The nearest first.
[[nodiscard]] std::vector<MeasuredGroup> nearest_groups(std::span<const MeasuredGroup> groups,
                                                        const Sample& sample, std::size_t most);

/// The least and the greatest of a feature among the training rows.
struct TrainingRange {
  std::string feature;
  double low = 0, high = 0;
};

/// Of batch_size, gmacs, parameters, gpu_fp32_tflops, gpu_bandwidth_gb_s and power_limit_w, as far as any
/// sample knows them.
[[nodiscard]] std::vector<TrainingRange> training_ranges(std::span<const Sample> samples);

/// A feature that lies outside its training range.
struct OutsideRange {
  TrainingRange range;
  double value = 0;
};
[[nodiscard]] std::vector<OutsideRange> outside_ranges(std::span<const TrainingRange> ranges,
                                                       const Sample& sample);

}  // namespace joulecast::estimate
