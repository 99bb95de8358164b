// Removes, tags and recovers stored runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/run_store.hpp"

namespace joulecast::session {

/// In each request `store` is a path or address, where "" is the user's own store. For `run` see
/// store::RunStore.
struct RemoveRequest {
  std::string store;
  std::vector<std::string> runs;
  bool force = false;  ///< also remove a run that is still running
};

struct RemovedRun {
  std::string reference;  ///< as the user gave it
  store::RunChoice choice;
};

struct Removal {
  std::vector<RemovedRun> removed;
  /// Why the remaining runs were not removed.
  std::optional<Error> failure;
};

/// Fails, and removes nothing, if one of the runs does not exist.
[[nodiscard]] Result<Removal> remove_runs(const RemoveRequest& request);

struct TagRequest {
  std::string store;
  std::string run;
  std::vector<std::string> tags;  ///< see parse_tags()
  std::string name;               ///< new name; "" = unchanged
};

/// Returns the changed run. invalid if there is nothing to change.
[[nodiscard]] Result<store::RunChoice> tag_run(const TagRequest& request);

/// Parses "team=vision" and "team=" (removes the tag); invalid without a '='.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_tags(const std::vector<std::string>& texts);

struct RecoverRequest {
  std::string store;
  /// Also close runs of other machines without a heartbeat for two minutes.
  bool force = false;
};

struct Recovery {
  std::vector<std::string> closed;  ///< ids
  /// Runs that still count as running and that only their own machines can judge.
  std::vector<store::RunRow> silent;
};

/// Closes runs whose process was killed and keeps the data that they have.
[[nodiscard]] Result<Recovery> recover_runs(const RecoverRequest& request);

}  // namespace joulecast::session
