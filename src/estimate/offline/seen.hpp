// What of a row the training rows already held, and with it how far its prediction may be off.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "estimate/offline/training_coverage.hpp"

namespace joulecast::estimate {

/// From known best to not at all.
enum class Novelty {
  repeat,            ///< this configuration was measured
  near,              ///< this workload on this host, in another batch or limit
  pair,              ///< the workload and the host, not together
  new_gpu,           ///< the workload, on other GPUs
  new_architecture,  ///< the host, with other networks
  new_both,          ///< only other rows of the source
  new_source,        ///< nothing
};
[[nodiscard]] std::string_view name_of(Novelty novelty);  ///< "repeat", "near", … "new-source"
[[nodiscard]] std::optional<Novelty> novelty_from(std::string_view name);

/// Rows that share it are one group where intervals are calibrated: they err together.
[[nodiscard]] std::string calibration_group(const Sample& sample, Novelty novelty);

class Seen {
 public:
  explicit Seen(std::span<const Sample> training);
  /// From what a model file keeps. It tells no configurations: a repeat is `near`, and no cell of a search
  /// space is known by its name.
  explicit Seen(std::span<const MeasuredGroup> training);
  [[nodiscard]] Novelty novelty(const Sample& sample) const;
  /// "configuration", "architecture", "gpu" or "none": the first that is in the training rows.
  [[nodiscard]] std::string_view label(const Sample& sample) const;

 private:
  void add(const Sample& sample);
  std::set<std::string, std::less<>> configurations_, pairs_, workloads_, hosts_, sources_, architectures_,
      gpus_;
};

}  // namespace joulecast::estimate
