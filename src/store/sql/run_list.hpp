// Finds the runs that match a query with the database's indexes. Internal to the store.
#pragma once

#include <cstdint>
#include <vector>

#include "store/run_query.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

/// Keys of the matching runs in the requested order. `dead` lists runs that the file still calls running
/// although they are dead, because the file is not writable.
[[nodiscard]] Result<std::vector<std::int64_t>> find_keys(Database& database, const RunQuery& query,
                                                          const std::vector<std::int64_t>& dead);

[[nodiscard]] Result<std::size_t> count_runs(Database& database, const RunQuery& query,
                                             const std::vector<std::int64_t>& dead);

/// A run as its row describes it, with its tags. `total_known`: its energy was summed when it was closed.
struct ListedRun {
  RunRow row;
  bool total_known = false;
};
[[nodiscard]] Result<ListedRun> list_run(Database& database, std::int64_t key);

}  // namespace joulecast::store::sql
