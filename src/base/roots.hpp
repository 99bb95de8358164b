// Where files live. Passed in everywhere, so that a test can have its own /sys, /proc and home.
#pragma once

#include <filesystem>
#include <string>

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
/// A library of ours that is loaded only when it is needed: beside the program or shared library, else in
/// lib/joulecast/plug-ins of the same installation, else in the folder where it was built.
[[nodiscard]] std::filesystem::path plug_in_file(const std::string& name);

}  // namespace joulecast
