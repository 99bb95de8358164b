// Writes to streams that may be closed, full or non-blocking.
#pragma once

#include <string_view>

namespace joulecast::run {

/// Writes everything, however long it takes. False on any error except an interruption.
bool write_all(int fd, std::string_view bytes);

/// Whether a short line can be written now, or within this many milliseconds, without waiting longer. Also
/// true for a broken or closed stream, where the write fails at once.
[[nodiscard]] bool can_write(int fd, int timeout_ms = 0);

}  // namespace joulecast::run
