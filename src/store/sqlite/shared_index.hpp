// Keeps this process alive when another program shortens the index of the log (runs.db-shm). Internal to the
// store.
//
// All who use a store map that file. Who touches a page that is no longer in it gets SIGBUS, which would end
// the process, and with it the watch over a training. Here such a page becomes memory of this process alone.
// What SQLite then finds in it may be wrong, so nothing that was read or written with it may count:
// connections begin and end no transaction until all of them have been closed, and leave the log as it is.
// Other processes never see that memory. They make a new index from the log.
#pragma once

#include "base/result.hpp"

namespace joulecast::store::sqlite {

/// Installs the handler, which passes on every SIGBUS that has another cause. Call before a store is opened.
void guard_shared_index();

/// Whether an index has been lost, and somebody in this process still uses it.
[[nodiscard]] bool is_index_lost();
/// The same as an error (retry). `store`: for the message.
[[nodiscard]] Status check_index(const std::string& store);

}  // namespace joulecast::store::sqlite
