// Measured samples with the repeats of each configuration merged.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

struct Observation {
  const Sample* sample = nullptr;  ///< the configuration's first row
  std::optional<double> log_time;  ///< mean over the repeats
  std::optional<double> log_power;
  int repeats = 1;
};

/// In the order of first appearance. The samples must outlive the observations.
[[nodiscard]] std::vector<Observation> observations_of(std::span<const Sample> samples);

/// Pooled standard deviation of log(epoch time) and log(power) between repeats of a configuration: the noise
/// floor of every method. Nothing if there are fewer than ten degrees of freedom.
struct RepeatNoise {
  std::optional<double> log_time, log_power;
};
[[nodiscard]] RepeatNoise repeat_noise(std::span<const Sample> samples);

}  // namespace joulecast::estimate
