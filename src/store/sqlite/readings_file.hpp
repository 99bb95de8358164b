// The latest readings of a running run, in a small file beside the store, until the next commit takes them
// in. A killed process loses nothing of it. An addition costs two system calls, a commit some twenty and as
// much memory traffic as its pages have. Internal to the store.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/clock.hpp"
#include "base/descriptor.hpp"
#include "store/block.hpp"

namespace joulecast::store::sqlite {

class ReadingsFile {
 public:
  /// Makes the file, with the store's permissions. unavailable, denied, retry.
  [[nodiscard]] static Result<ReadingsFile> create(const std::filesystem::path& store, std::string_view run);

  /// Adds a journal row that follows the commit with this heartbeat. If it fails, nothing is added.
  /// unavailable if somebody has removed the file: who took the run for dead has its rows, and not this one.
  [[nodiscard]] Status add(WallTime follows, const Buffer& row);
  /// A commit has taken the rows in. The next ones are written over them, because cutting a file off costs
  /// more than a commit; what is left of the old ones follows an older commit.
  void clear() { size_ = 0; }
  void remove();

 private:
  ReadingsFile(std::filesystem::path path, Descriptor file)
      : path_(std::move(path)), file_(std::move(file)) {}

  [[nodiscard]] bool is_removed() const;

  std::filesystem::path path_;
  Descriptor file_;
  off_t size_ = 0;
};

/// What the run's file has beyond the commit with this heartbeat, as one journal row; empty if there is none.
/// A row that was written only in part, and what comes after it, is left out.
[[nodiscard]] Buffer readings_beside(const std::filesystem::path& store, std::string_view run,
                                     WallTime follows);

void remove_readings_beside(const std::filesystem::path& store, std::string_view run);

}  // namespace joulecast::store::sqlite
