// Small loads, each of one kind of work. They measure how fast a machine does the work of trainings, and how
// much power it draws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/provenance.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::session {

constexpr const char* idle_kind = "idle";

/// "idle", "copy", "matmul", "convolution", "depthwise", "elementwise", in the order in which they are run.
[[nodiscard]] const std::vector<std::string>& micro_kinds();
/// Unit of a kind's amount of work: "FLOP", "byte", or "" for idle.
[[nodiscard]] std::string_view unit_of_micro(std::string_view kind);

/// The work done and its duration, without the set-up.
struct MicroDone {
  double amount = 0;  ///< FLOPs or bytes moved
  Seconds duration{0};
};

/// Runs one kind on all processors for about this long, but at least once. invalid for an unknown kind.
[[nodiscard]] Result<MicroDone> run_micro(std::string_view kind, Seconds duration);

/// A micro-workload's work and measurement.
struct MicroResult {
  std::string kind;
  double amount = 0;  ///< FLOPs or bytes
  Seconds duration{0};
  Watts power{0};
  Provenance provenance = Provenance::missing;  ///< provenance of the power
  std::optional<double> utilisation = {};       ///< of all CPUs meanwhile, 0..1
};

/// The measurement as a sample of the physics model. The amount is treated as the work of one training step
/// of a network with only this kind of work. A power that was not measured is left out, because a model
/// should not learn from another model's output. `source` groups the sample with the machine's own runs.
[[nodiscard]] estimate::Sample micro_sample(const MicroResult& result, const hardware::Gpu& device,
                                            const std::string& source, const std::string& framework);

}  // namespace joulecast::session
