// Where files live. Passed in everywhere, so that a test can have its own /sys, /proc and home.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace joulecast {

struct Roots {
  std::filesystem::path sys = "/sys";
  std::filesystem::path proc = "/proc";
  std::filesystem::path dev = "/dev";
  std::filesystem::path etc = "/etc";
};

/// $XDG_DATA_HOME/joulecast or ~/.local/share/joulecast; an error where neither variable is set.
[[nodiscard]] Result<std::filesystem::path> user_data_directory();
/// $XDG_CONFIG_HOME/joulecast or ~/.config/joulecast.
[[nodiscard]] Result<std::filesystem::path> user_config_directory();
/// $TMPDIR or /tmp. unavailable if that is no folder, or a relative path: the measured command may change its
/// working directory, and nothing of ours belongs in it.
[[nodiscard]] Result<std::filesystem::path> temporary_directory();
/// Our own dated tables: $JOULECAST_SHARE, else share/joulecast beside the folder of the program or shared
/// library, else the source's data/.
[[nodiscard]] std::filesystem::path share_directory();

}  // namespace joulecast
