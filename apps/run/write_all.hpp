// Writing to streams that others may have closed, filled or made non-blocking.
#pragma once

#include <string_view>

namespace joulecast::run {

/// Writes everything, however long that takes; false on an error other than an interruption.
bool write_all(int fd, std::string_view bytes);

/// Whether a short line can be written now without waiting, or within so many milliseconds. A stream that is
/// broken or closed takes it, too: the write fails at once.
[[nodiscard]] bool can_write(int fd, int timeout_ms = 0);

}  // namespace joulecast::run
