// What changes stored runs: remove, tag, recover.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/run_store.hpp"

namespace joulecast::session {

/// Of each request `store` is a path or address, "" the user's own; `run` as store::RunStore.
struct RemoveRequest {
  std::string store;
  std::vector<std::string> runs;
  bool force = false;  ///< also a run that is still running
};

struct RemovedRun {
  std::string reference;  ///< as it was asked for
  store::RunChoice choice;
};

struct Removal {
  std::vector<RemovedRun> removed;
  std::optional<Error> failure;  ///< why those after them are still there
};

/// Fails, and removes nothing, where one of the runs is not there.
[[nodiscard]] Result<Removal> remove_runs(const RemoveRequest& request);

struct TagRequest {
  std::string store;
  std::string run;
  std::vector<std::string> tags;  ///< as parse_tags
  std::string name;               ///< another name; "" = it keeps its own
};

/// The run that was changed. invalid where there is nothing to do.
[[nodiscard]] Result<store::RunChoice> tag_run(const TagRequest& request);

/// "team=vision", "team=" (takes it away): invalid without a '='.
[[nodiscard]] Result<std::map<std::string, std::string>> parse_tags(const std::vector<std::string>& texts);

struct RecoverRequest {
  std::string store;
  bool force = false;  ///< also runs of other machines that gave no sign of life for two minutes
};

struct Recovery {
  std::vector<std::string> closed;    ///< ids
  std::vector<store::RunRow> silent;  ///< running as far as is known; only their own machines can tell
};

/// Closes runs whose process was killed, with what they have.
[[nodiscard]] Result<Recovery> recover_runs(const RecoverRequest& request);

}  // namespace joulecast::session
