// Opens files that a user names: only what ends by itself, and nothing larger than the user allows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace joulecast {

// How large a file may be that is read as a whole. What is made of it is some times larger, and stays below
// 512 MB in all.
constexpr std::uint64_t most_of_a_table = 64'000'000;
constexpr std::uint64_t most_of_a_document = 16'000'000;  ///< JSON

/// `usual`, unless the user allows another size for everything: JOULECAST_MAX_SIZE=10GB, or
/// set_input_limit().
[[nodiscard]] std::uint64_t input_limit(std::uint64_t usual);
/// For --max-size. It counts for the whole process.
void set_input_limit(std::uint64_t bytes);
/// "500MB", "10 GB", "1e9": bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// Writes up to `size` bytes to `to` and returns their number; 0 = the end.
using ReadBytes = std::function<Result<std::size_t>(char* to, std::size_t size)>;

/// A regular file, or a pipe that was named as one: "-", /dev/stdin, /dev/fd/N. invalid for any other file (a
/// named pipe would wait for a writer, a device may never end), and where there are more bytes than
/// `most_bytes`: at once for a file, when they have been read for a pipe.
[[nodiscard]] Result<ReadBytes> open_input(const std::filesystem::path& path, std::uint64_t most_bytes);

/// The same checks for a file that somebody else will read. A file that does not exist passes.
[[nodiscard]] Status check_input(const std::filesystem::path& path, std::uint64_t most_bytes);

}  // namespace joulecast
