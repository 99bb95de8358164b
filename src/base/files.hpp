// Reading and writing whole files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/input_file.hpp"
#include "base/result.hpp"

namespace joulecast {

/// The whole file, or an error (unavailable, denied). Errors as open_input(): invalid for what may never end,
/// and beyond input_limit(most_bytes).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::uint64_t most_bytes = most_of_a_table);
/// Readers see either the old file or the whole new one. Links are followed. A device or pipe is written to
/// directly and not replaced.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view content);
/// Whether write_file() could write there. Call it before long work whose result goes to this file.
[[nodiscard]] Status can_write_file(const std::filesystem::path& path);

/// A new folder that only its owner enters, <parent>/<name>-??????; unavailable, denied.
[[nodiscard]] Result<std::filesystem::path> make_temporary_directory(const std::filesystem::path& parent,
                                                                     std::string_view name);

}  // namespace joulecast
