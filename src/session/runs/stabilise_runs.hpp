// Finds when the power of trainings becomes stable: `joulecast stabilise`.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "session/runs/stability_summary.hpp"
#include "stability/run_stability.hpp"
#include "store/run_query.hpp"

namespace joulecast::session {

struct StabiliseRequest {
  /// Each is a run bundle, a power log that `import` can read (with a single run), a folder of bundles, or a
  /// stored run by id, prefix of an id, or name. A file or folder takes precedence over a stored run of the
  /// same name.
  std::vector<std::string> runs;
  std::string store;  ///< the store of stored runs; "" = the usual one
  /// One of stability::all_detectors(). "" = the default; "all" = all of them, the default first.
  std::string method;
  /// Show medians by source and architecture instead of one run.
  bool summary = false;
  /// Samples per subsequence, for fluss and floss; at least 3.
  std::size_t window = 10;
  /// Standard deviation of the meter's noise, which fluss corrects for.
  double noise_w = 0;
};

struct StabilityOfRun {
  std::string run;          ///< its id; "" for a power log without one
  store::RunChoice choice;  ///< which stored run was meant; empty for a file
  stability::RunStability stability;
};

using StabiliseAnswer = std::variant<StabilityOfRun, StabilitySummary>;

/// Whether the answer will be a summary: it was requested, or the first run is a folder of bundles.
[[nodiscard]] bool gives_summary(const StabiliseRequest& request);

/// An invalid field is named: "method", "window", "noise", "summary". A summary lists the runs that it had to
/// leave out. For a single run this is an error.
[[nodiscard]] Result<StabiliseAnswer> stabilise_runs(const StabiliseRequest& request);

}  // namespace joulecast::session
