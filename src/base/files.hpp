// Reading and writing whole files.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace joulecast {

/// The whole file, or why not (unavailable, denied).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);
/// Whole or not at all for a reader, through links; a device or pipe is written as it is, and stays.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view content);
/// Whether write_file() can begin: to be asked before an hour's work whose result goes there.
[[nodiscard]] Status can_write_file(const std::filesystem::path& path);

/// A new folder that only its owner enters, <parent>/<name>-??????; unavailable, denied.
[[nodiscard]] Result<std::filesystem::path> make_temporary_directory(const std::filesystem::path& parent,
                                                                     std::string_view name);

}  // namespace joulecast
