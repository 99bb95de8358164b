// One number in one small file of /sys or /proc, read again and again through a descriptor that stays open.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "base/descriptor.hpp"
#include "sensors/support/sensor.hpp"

namespace joulecast::sensors {

/// What a failed read of a source that worked before means: a passing gap (retry), or its end (gone). A
/// permission that was withdrawn ends it, too.
[[nodiscard]] Failure reading_failure(int error, const std::filesystem::path& where);

class ValueFile {
 public:
  /// unavailable or denied where it cannot be opened.
  [[nodiscard]] static Result<ValueFile> open(std::filesystem::path path, const Environment& environment);

  /// The content as it is now, up to the size of the buffer. No allocation unless it fails.
  [[nodiscard]] Result<std::string_view> read_text(std::span<char> buffer) const;
  /// The first word of the file as a number; what follows it (a unit, a time stamp) is ignored.
  [[nodiscard]] Result<std::uint64_t> read_uint() const;
  [[nodiscard]] Result<double> read_double() const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  ValueFile(std::filesystem::path path, Descriptor descriptor, const Environment& environment);
  template <class Parse>
  auto read_number(Parse parse) const -> Result<typename decltype(parse(std::string_view{}))::value_type>;

  std::filesystem::path path_;
  Descriptor descriptor_;
  std::function<ssize_t(int, void*, size_t, off_t)> pread_;
};

}  // namespace joulecast::sensors
