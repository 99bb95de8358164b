// Sums over the runs that match a query, by machine and by the values of tags. Internal to the store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/run_query.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

/// `tags` are names of tags. `dead`: see conditions_of().
[[nodiscard]] Result<RunSums> sum_runs(Database& database, const RunQuery& query,
                                       const std::vector<std::string>& tags,
                                       const std::vector<std::int64_t>& dead);

}  // namespace joulecast::store::sql
