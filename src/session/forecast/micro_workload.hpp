// Small loads of one kind each. They tell how fast a machine is at the work that trainings consist of, and
// what power it takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/provenance.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/offline/sample.hpp"

namespace joulecast::session {

/// "idle", "copy", "matmul", "convolution", "depthwise", "elementwise", in the order in which they run.
[[nodiscard]] const std::vector<std::string>& micro_kinds();
/// What the amount of a kind counts: "FLOP", "byte", or "" for idle.
[[nodiscard]] std::string_view unit_of_micro(std::string_view kind);

/// What was done, and in which time, setting up apart.
struct MicroDone {
  double amount = 0;  ///< FLOPs or bytes moved
  Seconds duration{0};
};

/// Runs one on every processor for about that long, at least once.
/// invalid for another kind.
[[nodiscard]] Result<MicroDone> run_micro(std::string_view kind, Seconds duration);

/// What one of them did while it was measured.
struct MicroResult {
  std::string kind;
  double amount = 0;  ///< FLOPs or bytes
  Seconds duration{0};
  Watts power{0};
  Provenance provenance = Provenance::missing;  ///< of the power
};

/// The measurement as a sample of the physics model: the amount is the work of one training step of a network
/// that consists of that kind of work alone. A power that was not measured is left out: learning from it
/// would teach a model what another one thinks. `source` groups it with the machine's own runs.
[[nodiscard]] estimate::Sample micro_sample(const MicroResult& result, const hardware::Gpu& device,
                                            const std::string& source, const std::string& framework);

}  // namespace joulecast::session
