// Copies stored runs from one store to another: from a file to a team's server, and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/run_store.hpp"

namespace joulecast::session {

struct SyncRequest {
  /// Path or address, "" = the user's own store; or a journal, a run that waits for a server (docs/teams.md).
  std::string from;
  std::string to;                 ///< the same; one of the two must be given
  std::vector<std::string> runs;  ///< see store::RunStore; none = all
  bool dry_run = false;           ///< only say what would be done
};

enum class SyncAction {
  copied,     ///< was not there
  replaced,   ///< was there, but not to its end
  updated,    ///< its tags or its name had changed
  unchanged,  ///< is there
  running,    ///< left for later: it has not ended
  failed,
};
[[nodiscard]] std::string_view name_of(SyncAction action);

struct SyncedRun {
  std::string id;
  std::string name;
  SyncAction action = SyncAction::unchanged;
  std::optional<Error> error = {};  ///< why it failed
};

struct Synced {
  std::string from, to;  ///< without passwords
  bool dry_run = false;
  std::vector<SyncedRun> runs;  ///< the oldest first
  std::size_t waiting = 0;      ///< runs of this machine that no command could bring to `to` yet
};

/// Each run is copied completely or not at all, and those that are there already are passed over, so that a
/// call that was interrupted goes on where it was. Of a run that both have, tags and name of `from` are
/// brought along; tags that only `to` has stay. invalid, with the field "to", if both are the same store.
[[nodiscard]] Result<Synced> sync_runs(const SyncRequest& request);

}  // namespace joulecast::session
