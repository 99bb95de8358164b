// Tells files that several machines may have open. Internal to the store.
#pragma once

#include <string>

namespace joulecast::store {

/// Whether the file is, or would be, on a network file system. SQLite's write-ahead log needs memory that all
/// users of the file share. Machines on a network do not share it, and two of them would damage the file.
/// (statfs(2); the numbers are from the kernel's linux/magic.h and from the file systems' own headers.)
[[nodiscard]] bool is_on_network(const std::string& file);

}  // namespace joulecast::store
