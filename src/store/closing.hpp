// How a run ends in the store, whatever database is behind it. Internal to the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::store {

struct Closing {
  trace::RunStatus status = trace::RunStatus::interrupted;
  std::optional<int> exit_status = std::nullopt;
  std::optional<Seconds> end = std::nullopt;  ///< nothing: the last sample or epoch
  std::string note = {};                      ///< "" = none
};

/// A run that is stored whole is not running, whatever its source says.
[[nodiscard]] trace::RunStatus closed(trace::RunStatus status);

/// Latest time at which anything is known of the run.
[[nodiscard]] Seconds last_sign(const trace::Run& run);

/// Where energies are cut: stretches of readings that hold one of these must be read whole. Rising.
[[nodiscard]] std::vector<double> edges_of(const trace::Run& run);

/// malformed where a trace is none (trace::check).
[[nodiscard]] Status check_traces(const std::string& where, const trace::Run& run);

}  // namespace joulecast::store
