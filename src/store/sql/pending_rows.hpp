// Writes what a running run has newly told. Internal to the store.
#pragma once

#include "store/pending.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

/// Everything but the header, new channels, readings and notes.
void put_parts(Transaction& transaction, std::int64_t run, const Pending& pending);
/// Everything but new channels, readings and notes, which depend on what was written before.
void put_pending(Transaction& transaction, std::int64_t run, const Pending& pending);

/// Says that the run is alive. Returns whether it is there and marked as running.
[[nodiscard]] bool put_heartbeat(Transaction& transaction, std::int64_t run, WallTime now,
                                 std::optional<Seconds> latest);
/// Sets a run back to running after another command closed it as dead by mistake, for example because the
/// process was suspended or that command saw other processes. Fails with gone if the run is not there.
void put_running_again(Transaction& transaction, std::int64_t run, const std::string& id, WallTime now,
                       std::optional<Seconds> latest);

}  // namespace joulecast::store::sql
