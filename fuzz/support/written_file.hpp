// Puts the bytes of a fuzz target into a file, for readers that take a path.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/files.hpp"

namespace joulecast::fuzzing {

/// A file of this process with these bytes, overwritten by each call with the same name and removed at the
/// end.
inline std::filesystem::path written_file(const std::string& name, std::string_view bytes) {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("joulecast-fuzz-" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
  };
  static const Folder folder;
  auto file = folder.path / name;
  if (!write_file(file, bytes)) std::abort();
  return file;
}

}  // namespace joulecast::fuzzing
