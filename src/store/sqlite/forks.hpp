// Keeps SQLite usable in a process that was forked while another thread was in it. Internal to the store.
#pragma once

#include "base/result.hpp"

namespace joulecast::store::sqlite {

/// Call before SQLite is used. From then on, and for every user of this SQLite library in the process:
/// - fork() waits up to 200 ms until no thread holds one of SQLite's global mutexes, which the child would
///   otherwise inherit locked for ever;
/// - the child opens files as if the parent had none open. SQLite would share the parent's notes about locks,
///   but the locks themselves are not inherited, so both could write at once.
/// Fails with retry in a child whose fork() waited in vain.
[[nodiscard]] Status survive_forks();

}  // namespace joulecast::store::sqlite
