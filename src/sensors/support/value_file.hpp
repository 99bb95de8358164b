// One number in a small file of /sys or /proc, read repeatedly through a descriptor that stays open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "base/descriptor.hpp"
#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {

/// The meaning of a failed read from a source that worked before: a temporary gap (retry), or the end of the
/// source (gone). A withdrawn permission is an end, too.
[[nodiscard]] Failure reading_failure(int error, const std::filesystem::path& where);

struct SharedRead;

/// The latest content of each file that ValueFile::open_shared() opened.
class SharedReads {
 public:
  [[nodiscard]] std::shared_ptr<SharedRead> of(const std::filesystem::path& path);

 private:
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<SharedRead>> reads_;
};

class ValueFile {
 public:
  /// unavailable or denied where it cannot be opened.
  [[nodiscard]] static Result<ValueFile> open(std::filesystem::path path, const Environment& environment);
  /// For a file that several sensors read, such as /proc/stat: who reads it just after another of them gets
  /// the same content. The kernel counts for up to a millisecond to make some of these files. The first 512
  /// bytes.
  [[nodiscard]] static Result<ValueFile> open_shared(const std::filesystem::path& path,
                                                     const Environment& environment);

  /// The content as it is now, up to the size of the buffer. No allocation unless it fails.
  [[nodiscard]] Result<std::string_view> read_text(std::span<char> buffer) const;
  /// The first word of the file as a number; what follows it (a unit, a time stamp) is ignored.
  [[nodiscard]] Result<std::uint64_t> read_uint() const;
  [[nodiscard]] Result<double> read_double() const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  ValueFile(std::filesystem::path path, Descriptor descriptor, const Environment& environment);
  [[nodiscard]] Result<std::string_view> read_alone(std::span<char> buffer) const;
  template <class Parse>
  auto read_number(Parse parse) const -> Result<typename decltype(parse(std::string_view{}))::value_type>;

  std::filesystem::path path_;
  Descriptor descriptor_;
  std::function<ssize_t(int, void*, size_t, off_t)> pread_;
  std::shared_ptr<SharedRead> shared_;  ///< nullptr = read alone
  mutable std::uint64_t seen_ = 0;      ///< the latest shared reading that this reader has used
};

}  // namespace joulecast::sensors
