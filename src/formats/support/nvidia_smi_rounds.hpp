// Finds how many GPUs take turns in an nvidia-smi log without a column that tells them apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace joulecast::formats::nvidia_smi {

/// Limit on the number of channels that a damaged key column can create.
constexpr std::size_t most_gpus = 256;

/// Rows of one round follow each other at once, and rounds are one period apart.
class Rounds {
 public:
  /// The times of the log's first rows, in the file's order.
  explicit Rounds(const std::vector<std::int64_t>& times_us);

  /// 1 if there is no such pattern.
  [[nodiscard]] std::size_t gpus() const { return gpus_; }
  [[nodiscard]] bool is_new_round(std::int64_t step_us) const {
    return step_us > threshold_us_ || step_us < 0;
  }

 private:
  std::size_t gpus_ = 1;
  std::int64_t threshold_us_ = 0;
};

}  // namespace joulecast::formats::nvidia_smi
