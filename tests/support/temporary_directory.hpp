// A folder that is deleted with its owner.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.hpp"

namespace joulecast::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = make_temporary_directory(std::filesystem::temp_directory_path(), "joulecast-test").value();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the folder and creates the folders on its path.
  std::filesystem::path write(const std::filesystem::path& name, const std::string& content) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace joulecast::testing
