// Where files live. Injected everywhere, so that a test owns its own /sys, /proc and home.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace joulecast {

struct Roots {
  std::filesystem::path sys = "/sys";
  std::filesystem::path proc = "/proc";
  std::filesystem::path dev = "/dev";
};

/// $XDG_DATA_HOME/joulecast or ~/.local/share/joulecast; an error where neither variable is set.
[[nodiscard]] Result<std::filesystem::path> user_data_directory();
/// $XDG_CONFIG_HOME/joulecast or ~/.config/joulecast.
[[nodiscard]] Result<std::filesystem::path> user_config_directory();
/// Our own dated tables: $JOULECAST_SHARE, else the installed share/joulecast beside the binary, else the
/// source's data/.
[[nodiscard]] std::filesystem::path share_directory();

/// The whole file, or why not (unavailable, denied).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);
/// Whole or not at all for a reader, through links; a device or pipe is written as it is, and stays.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view content);
/// Whether write_file() can begin: to be asked before an hour's work whose result goes there.
[[nodiscard]] Status can_write_file(const std::filesystem::path& path);

/// A new folder that only its owner enters, <parent>/<name>-??????; unavailable, denied.
[[nodiscard]] Result<std::filesystem::path> make_temporary_directory(const std::filesystem::path& parent,
                                                                     std::string_view name);

/// unavailable, denied, retry or gone, from an errno.
[[nodiscard]] ErrorKind kind_of_errno(int error);

}  // namespace joulecast
