// How much of a row was in the training rows, which determines how far its prediction may be off.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "estimate/offline/training_coverage.hpp"

namespace joulecast::estimate {

/// From best known to unknown.
enum class Novelty {
  repeat,            ///< this configuration was measured
  near,              ///< this workload on this host, with another batch size or limit
  pair,              ///< the workload and the host, but not together
  new_gpu,           ///< the workload, on other GPUs
  new_architecture,  ///< the host, with other networks
  new_both,          ///< only other rows of the same source
  new_source,        ///< nothing from this source
};
[[nodiscard]] std::string_view name_of(Novelty novelty);  ///< "repeat", "near", … "new-source"
[[nodiscard]] std::optional<Novelty> novelty_from(std::string_view name);

/// Group of the row for the calibration of intervals. Rows of one group have correlated errors.
[[nodiscard]] std::string calibration_group(const Sample& sample, Novelty novelty);

class Seen {
 public:
  explicit Seen(std::span<const Sample> training);
  /// Restores what a model file keeps. It does not list configurations, so that a repeat counts as `near`.
  /// Nor does it list the cells of a search space by name.
  explicit Seen(std::span<const MeasuredGroup> training);
  [[nodiscard]] Novelty novelty(const Sample& sample) const;
  /// "configuration", "architecture", "family", "gpu", "source" or "none": the first of these that is in the
  /// training rows.
  [[nodiscard]] std::string_view label(const Sample& sample) const;

 private:
  void add(const Sample& sample);
  std::set<std::string, std::less<>> configurations_, pairs_, workloads_, hosts_, sources_, architectures_,
      families_, gpus_;
};

}  // namespace joulecast::estimate
