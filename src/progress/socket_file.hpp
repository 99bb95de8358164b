// The path of a socket in the temporary directory, such that killed processes leave nothing that piles up.
#pragma once

#include <filesystem>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace joulecast::progress {

/// <parent>/joulecast-<uid>/<pid>-<number>, in a folder that only this user enters and all of the user's
/// sockets share. The destructor removes the socket, and the folder if it is empty. Sockets that killed
/// processes left there are removed by the next one.
class SocketFile {
 public:
  SocketFile() = default;
  /// Makes the folder. unavailable, denied. `number` tells apart the sockets of one process.
  [[nodiscard]] static Result<SocketFile> in(const std::filesystem::path& parent, int number);
  /// <parent>/joulecast-<uid>, made if it is not there. denied if it is not this user's alone.
  [[nodiscard]] static Result<std::filesystem::path> shared_folder(const std::filesystem::path& parent);
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~SocketFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes this text to "<path>.run", which the destructor removes as well. Without it clients can still
  /// speak, so nothing tells a failure.
  void announce(std::string_view text) const;
  /// The socket is another one's: the destructor leaves it alone.
  void disown() { path_.clear(); }

 private:
  explicit SocketFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace joulecast::progress
