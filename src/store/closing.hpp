// Reading a whole run by its key, and closing one with what it has. Internal to the store.
#pragma once

#include <optional>

#include "store/sqlite.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

[[nodiscard]] Result<trace::Run> read_whole(Database& database, std::int64_t run);
/// As Store::load_summary.
[[nodiscard]] Result<trace::Run> read_summary(Database& database, std::int64_t run);

struct Closing {
  trace::RunStatus status = trace::RunStatus::interrupted;
  std::optional<int> exit_status = std::nullopt;
  std::optional<Seconds> end = std::nullopt;  ///< nothing: the last sample or epoch
  std::string note = {};                      ///< "" = none
};

/// Packs the journal, sets status and end, and keeps the run's total.
void close_run(Transaction& transaction, std::int64_t run, const Closing& closing);

/// The same without looking at the samples: for a run whose samples are damaged.
void close_damaged_run(Transaction& transaction, std::int64_t run, const Closing& closing);

}  // namespace joulecast::store
