// How a run ends in the store, for any kind of database. Internal to the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::store {

struct Closing {
  trace::RunStatus status = trace::RunStatus::interrupted;
  std::optional<int> exit_status = std::nullopt;
  std::optional<Seconds> end = std::nullopt;  ///< nothing = at the last sample or epoch
  std::string note = {};                      ///< "" = none
};

/// The status to store for a finished run: a run that is stored completely cannot be running, whatever its
/// source says.
[[nodiscard]] trace::RunStatus closed(trace::RunStatus status);

/// Latest time of any data of the run.
[[nodiscard]] Seconds last_sign(const trace::Run& run);

/// The times at which energies are cut, in rising order. A stretch of readings around such a time must be
/// read in full.
[[nodiscard]] std::vector<double> edges_of(const trace::Run& run);

/// malformed if a trace is invalid (trace::check).
[[nodiscard]] Status check_traces(const std::string& where, const trace::Run& run);

}  // namespace joulecast::store
