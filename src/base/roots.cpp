#include "base/roots.hpp"

#include <dlfcn.h>

#include <cstdlib>

namespace joulecast {
namespace fs = std::filesystem;
namespace {

Result<fs::path> user_directory(const char* variable, const char* below_home) {
  // The XDG specification: a relative path is to be ignored.
  if (const char* set = std::getenv(variable); set != nullptr && fs::path(set).is_absolute())
    return fs::path(set) / "joulecast";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / below_home / "joulecast";
  return fail(ErrorKind::unavailable, "HOME", "neither HOME nor {} is set", variable);
}

/// The file that this code was loaded from: the shared library, else the program.
fs::path own_file() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(&share_directory), &info) != 0 && info.dli_fname != nullptr) {
    const fs::path file = info.dli_fname;  // of a program, only its first argument
    if (file.filename().string().find(".so") != std::string::npos) return file;
  }
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

}  // namespace

Result<fs::path> user_data_directory() {
  return user_directory("XDG_DATA_HOME", ".local/share");
}
Result<fs::path> user_config_directory() {
  return user_directory("XDG_CONFIG_HOME", ".config");
}

Result<fs::path> temporary_directory() {
  std::error_code error;
  auto folder = fs::temp_directory_path(error);
  const char* set = std::getenv("TMPDIR");
  const std::string where = set != nullptr ? fmt::format("TMPDIR={}", set) : "temporary directory";
  if (error) return fail(ErrorKind::unavailable, where, "{}", error.message());
  if (!folder.is_absolute()) return fail(ErrorKind::unavailable, where, "is not an absolute path");
  return folder;
}

fs::path share_directory() {
  if (const char* set = std::getenv("JOULECAST_SHARE"); set != nullptr && *set != '\0') return set;
  std::error_code ignored;
  auto installed = own_file().parent_path().parent_path() / "share" / "joulecast";
  if (fs::is_directory(installed, ignored)) return installed;
  return JOULECAST_SOURCE_DATA;
}

fs::path plug_in_file(const std::string& name) {
  const auto folder = own_file().parent_path();
  std::error_code ignored;
  for (const auto& file : {folder / name, folder.parent_path() / "lib" / "joulecast" / "plug-ins" / name})
    if (fs::is_regular_file(file, ignored)) return file;
  return fs::path(JOULECAST_BUILT_PLUG_INS) / name;
}

}  // namespace joulecast
