// Questions in SQL over the stored runs: `joulecast query`.
#pragma once

#include <string>
#include <vector>

#include "store/sql_question.hpp"

namespace joulecast::session {

struct QueryRequest {
  std::string store = {};  ///< path or address; "" = the user's own
  std::string sql = {};
};

/// The tables that a question may name. docs/query.md says what their columns mean.
[[nodiscard]] const std::vector<store::SqlTable>& query_tables();

/// Reads no more of the store than the question needs. Errors as store::SqlQuestion and store::RunStore.
[[nodiscard]] Result<store::SqlAnswer> query_runs(const QueryRequest& request);

}  // namespace joulecast::session
