// Runs a user's statement on the server. Internal to the store.
#pragma once

#include <functional>
#include <span>

#include "store/postgres/database.hpp"
#include "store/sql_query.hpp"

namespace joulecast::store::postgres {

using SummaryReader = std::function<Result<trace::Run>(std::int64_t key)>;

/// See RunStore::query. The statement is read by the server, in a transaction that only reads, as a cursor
/// (which takes nothing but a SELECT) and with a time limit. It may read what the user's role may read.
/// Computed views that it mentions are filled before, from all runs, as tables that end with the transaction.
[[nodiscard]] Result<SqlTable> run_sql(Database& database, const SqlRequest& request,
                                       std::span<const ComputedView> computed, const SummaryReader& summary);

}  // namespace joulecast::store::postgres
