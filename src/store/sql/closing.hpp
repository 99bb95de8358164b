// Reads a whole run by its key, and closes a run with the data that it has. Internal to the store.
#pragma once

#include "store/closing.hpp"
#include "store/sql/database.hpp"
#include "trace/run.hpp"

namespace joulecast::store::sql {

[[nodiscard]] Result<trace::Run> read_whole(Database& database, std::int64_t run);
/// See RunStore::summary.
[[nodiscard]] Result<trace::Run> read_summary(Database& database, std::int64_t run);

/// Packs the journal, sets status and end, and stores the run's total.
void close_run(Transaction& transaction, std::int64_t run, const Closing& closing);

/// The same without reading the samples, for a run whose samples are damaged.
void close_damaged_run(Transaction& transaction, std::int64_t run, const Closing& closing);

}  // namespace joulecast::store::sql
