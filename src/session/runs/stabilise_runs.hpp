// From when on the power of trainings is stable: `joulecast stabilise`.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "session/runs/stability_summary.hpp"
#include "stability/run_stability.hpp"

namespace joulecast::session {

struct StabiliseRequest {
  /// Each a run bundle, a power log that import reads (one run only), a folder of bundles, or a stored run by
  /// id, beginning of an id, or name. Where a file or folder has the name of a stored run, it is the file.
  std::vector<std::string> runs;
  std::string store;     ///< where stored runs are; "" = the usual store
  std::string method;    ///< of stability::all_detectors(); "" = the default; "all" = all, the default first
  bool summary = false;  ///< medians by source and architecture, not one run
  std::size_t window = 10;  ///< samples of a subsequence, for fluss and floss; at least 3
  double noise_w = 0;       ///< the meter's standard deviation, taken off by fluss
};

struct StabilityOfRun {
  std::string run;  ///< its id; "" where a power log gives none
  stability::RunStability stability;
};

using StabiliseAnswer = std::variant<StabilityOfRun, StabilitySummary>;

/// Whether the answer will be a summary: asked for, or the first run is a folder of bundles.
[[nodiscard]] bool gives_summary(const StabiliseRequest& request);

/// Errors of a field name it: "method", "window", "noise", "summary". A summary lists the runs that it had to
/// leave out; one run that cannot be used is an error.
[[nodiscard]] Result<StabiliseAnswer> stabilise_runs(const StabiliseRequest& request);

}  // namespace joulecast::session
