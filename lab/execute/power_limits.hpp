// Power limits of GPUs, set for a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"

namespace joulecast::lab {

/// While it exists, the GPUs have the limit. Afterwards they have again what they had before.
class PowerLimits {
 public:
  /// denied, with the driver's own words, if one may not be set; those that were set are then set back.
  /// unavailable without nvidia-smi.
  [[nodiscard]] static Result<PowerLimits> set(const std::vector<std::string>& gpus, Watts limit);
  PowerLimits(PowerLimits&&) noexcept = default;
  PowerLimits& operator=(PowerLimits&&) = delete;
  ~PowerLimits();

 private:
  PowerLimits() = default;
  std::vector<std::pair<std::string, std::string>> before_;  ///< GPU and its limit in watts
};

}  // namespace joulecast::lab
