// Which runs a query means, found by the database with its indexes. Internal to the store.
#pragma once

#include <cstdint>
#include <vector>

#include "store/run_query.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Keys of the runs, in the order that was asked for. `dead`: runs that the file calls running and that are
/// not, where nobody may write that down.
[[nodiscard]] Result<std::vector<std::int64_t>> find_keys(Database& database, const RunQuery& query,
                                                          const std::vector<std::int64_t>& dead);

/// A run as its row tells it, with tags. `total_known`: its energy was added up when it was closed.
struct ListedRun {
  RunRow row;
  bool total_known = false;
};
[[nodiscard]] Result<ListedRun> list_run(Database& database, std::int64_t key);

}  // namespace joulecast::store::sqlite
