// Answers a SELECT statement over the stored runs (docs/query.md describes the views).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/sql_query.hpp"

namespace joulecast::session {

struct QueryRequest {
  std::string store = {};  ///< path or address; "" = the user's own
  std::string sql = {};
  std::int64_t limit = 1000;  ///< answer with at most this many rows
  double time_limit = 60;     ///< seconds after which to give up
};

/// invalid, with the name of the field, for a statement that is wrong or would do anything but read. The
/// store is opened read-only.
[[nodiscard]] Result<store::SqlTable> query_runs(const QueryRequest& request);

/// Every view that a statement may read, the run's own first.
[[nodiscard]] std::vector<store::SqlView> query_views();

}  // namespace joulecast::session
