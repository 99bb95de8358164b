// A fake /sys or /proc made from one text. A line "== path" starts a file; "== path -> target" makes a link.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/temporary_directory.hpp"

namespace joulecast::testing {

class FakeTree {
 public:
  FakeTree() = default;
  /// Loads a text from tests/fixtures/sysfs.
  static FakeTree from_fixture(const std::string& name) {
    std::ifstream file(std::filesystem::path(JOULECAST_FIXTURES) / "sysfs" / name);
    if (!file) throw std::runtime_error("no fixture " + name);
    FakeTree tree;
    tree.add(std::string(std::istreambuf_iterator<char>(file), {}));
    return tree;
  }

  [[nodiscard]] std::filesystem::path root() const { return directory_->path(); }
  [[nodiscard]] std::filesystem::path path(std::string_view name) const { return root() / name; }

  void add(std::string_view manifest) {
    std::string name, content;
    const auto finish = [&] {
      if (!name.empty()) directory_->write(name, content);
      name.clear();
      content.clear();
    };
    while (!manifest.empty()) {
      const auto end = std::min(manifest.find('\n'), manifest.size() - 1);
      const auto line = manifest.substr(0, end + 1);
      manifest.remove_prefix(end + 1);
      if (!line.starts_with("== ")) {
        content += line;
        continue;
      }
      finish();
      auto header = line.substr(3, line.find_last_not_of('\n') - 2);
      if (const auto arrow = header.find(" -> "); arrow != std::string_view::npos) {
        std::filesystem::create_directories(path(header.substr(0, arrow)).parent_path());
        std::filesystem::create_symlink(header.substr(arrow + 4), path(header.substr(0, arrow)));
      } else {
        name = header;
      }
    }
    finish();
  }

  void remove(std::string_view name) const { std::filesystem::remove_all(path(name)); }

  /// Replaces the content in place with one pwrite of the file's old length, so that an open descriptor sees
  /// the change and never half of it.
  void overwrite(std::string_view name, std::string content) const {
    const auto file = path(name);
    const auto size = std::filesystem::file_size(file);
    if (content.size() > size) std::filesystem::resize_file(file, content.size());
    content.resize(std::max<std::size_t>(size, content.size()), '\n');
    const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ::pwrite(fd, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size()))
      throw std::runtime_error("cannot write " + file.string());
    ::close(fd);
  }

 private:
  std::shared_ptr<TemporaryDirectory> directory_ = std::make_shared<TemporaryDirectory>();
};

}  // namespace joulecast::testing
