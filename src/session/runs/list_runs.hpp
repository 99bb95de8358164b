// Lists the stored runs that match a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/run_query.hpp"

namespace joulecast::session {

/// The request in the user's words. "" and nothing do not restrict the list.
struct ListRequest {
  std::string store = {};   ///< path or address; "" = the user's own
  std::string name = {};    ///< matches the whole name; * stands for any characters, ? for one
  std::string search = {};  ///< part of the id, name, command or network, in upper or lower case
  /// "team=vision", or "team" for any value. A run must have all of them.
  std::vector<std::string> tags = {};
  std::string since = {};   ///< see parse_moment(); the run began at this time or later
  std::string until = {};   ///< the run began before this time
  std::string status = {};  ///< "running", "finished", "failed", "interrupted" or "stopped"
  std::string host = {};    ///< the machine that the run ran on
  /// "started", "energy" and "duration" list the latest or largest first; "name" sorts alphabetically.
  std::string sort = "started";
  bool reverse = false;
  std::optional<std::int64_t> limit = {};  ///< list at most this many runs
  std::int64_t offset = 0;                 ///< after skipping this many
  bool count_all = false;                  ///< also tell how many there are without limit and offset
};

struct RunList {
  std::vector<store::RunRow> runs;
  /// True if the request did not restrict the list, so that there are no other runs.
  bool everything = true;
  std::optional<std::size_t> total = {};  ///< whatever limit and offset; only if it was asked for
};

/// invalid, with the name of the field, for a value without a meaning. If the user's own store does not exist
/// yet, the list is empty; a store that the request names must exist.
[[nodiscard]] Result<RunList> list_runs(const ListRequest& request, const Clock& clock = system_clock());

[[nodiscard]] Result<store::RunQuery> query_of(const ListRequest& request, WallTime now);

/// Parses a time span before now ("90min", "12h", "7d", "2w") or a moment in UTC ("2026-01-31",
/// "2026-01-31T12:00", "2026-01-31T12:00:30Z"). Nothing for any other text.
[[nodiscard]] std::optional<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace joulecast::session
