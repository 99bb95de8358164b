// The stored runs, as far as they are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/run_query.hpp"

namespace joulecast::session {

/// What a person writes; "" and nothing ask for nothing.
struct ListRequest {
  std::string store = {};              ///< path or address; "" = the user's own
  std::string name = {};               ///< the whole name; * stands for any characters, ? for one
  std::vector<std::string> tags = {};  ///< "team=vision", or "team" for any value; a run has all of them
  std::string since = {};              ///< as parse_moment: the run began then or later
  std::string until = {};              ///< the run began before
  std::string status = {};             ///< "running", "finished", "failed" or "interrupted"
  std::string host = {};               ///< the machine that it ran on
  /// "started" and "energy", "duration": the latest and the most first; "name": as spelt.
  std::string sort = "started";
  bool reverse = false;
  std::optional<std::int64_t> limit = {};  ///< at most so many
  std::int64_t offset = 0;                 ///< after so many that are passed over
};

struct RunList {
  std::vector<store::RunRow> runs;
  bool everything = true;  ///< nothing was asked for: there are no other runs
};

/// invalid, with the name of the field, for a value that means nothing. Where nobody has stored a run yet the
/// user's own store is an empty list; a store that was named has to be there.
[[nodiscard]] Result<RunList> list_runs(const ListRequest& request, const Clock& clock = system_clock());

[[nodiscard]] Result<store::RunQuery> query_of(const ListRequest& request, WallTime now);

/// A span before now ("90min", "12h", "7d", "2w") or a moment in UTC ("2026-01-31", "2026-01-31T12:00",
/// "2026-01-31T12:00:30Z"); nothing for another text.
[[nodiscard]] std::optional<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace joulecast::session
