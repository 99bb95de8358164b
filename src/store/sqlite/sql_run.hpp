// Runs a user's statement. Internal to the store.
#pragma once

#include <functional>
#include <span>

#include "store/sql_query.hpp"
#include "store/sqlite/sql_views.hpp"

namespace joulecast::store::sqlite {

struct SqlSource {
  RowReader row;                                                ///< of a run that is still open
  std::function<Result<trace::Run>(std::int64_t key)> summary;  ///< see RunStore::summary
};

/// See RunStore::query.
[[nodiscard]] Result<SqlTable> run_sql(Database& database, const SqlRequest& request,
                                       std::span<const ComputedView> computed, const SqlSource& source);

}  // namespace joulecast::store::sqlite
