// Opens files that a user names: only what ends by itself, and nothing larger than the user allows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.hpp"

namespace joulecast::formats {

/// Writes up to `size` bytes to `to` and returns their number; 0 = the end.
using ReadBytes = std::function<Result<std::size_t>(char* to, std::size_t size)>;

/// A regular file, or a pipe that was named as one: "-", /dev/stdin, /dev/fd/N. invalid for any other file (a
/// named pipe would wait for a writer, a device may never end), and where there are more bytes than
/// `most_bytes`: at once for a file, when they have been read for a pipe.
[[nodiscard]] Result<ReadBytes> open_input(const std::filesystem::path& path, std::uint64_t most_bytes);

/// The same checks for a file that somebody else will read. A file that does not exist passes.
[[nodiscard]] Status check_input(const std::filesystem::path& path, std::uint64_t most_bytes);

}  // namespace joulecast::formats
