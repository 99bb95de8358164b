// Collects the parts of a file that could not be used. Strict reading stops at the first fault; otherwise the
// rest of the file is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::formats {

class LineReader;

class Damage {
 public:
  explicit Damage(bool strict) : strict_(strict), strict_doubts_(strict) {}
  /// Lets values that cannot be pass as gaps, even if reading is strict.
  void allow_doubts() { strict_doubts_ = false; }

  /// Records one unusable line (numbered from 1; 0 = the file as a whole). Returns it as an error if reading
  /// is strict.
  Status at(std::string_view file, std::size_t line, std::string reason);

  /// Records one value that cannot be, in a line whose other values are used.
  Status doubt(std::string_view file, std::size_t line, std::string reason);

  /// Numbers of lines that were sorted are told as they are in the file.
  void number_as(const LineReader& lines) { lines_read_ = &lines; }

  [[nodiscard]] bool strict() const { return strict_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t doubts() const { return doubts_; }
  /// The first faults, "file:line: reason". Only a few are kept, so that a badly damaged file cannot fill the
  /// memory.
  [[nodiscard]] const std::vector<std::string>& first() const { return first_; }

 private:
  static constexpr std::size_t most_kept = 20;
  bool strict_;
  bool strict_doubts_;
  const LineReader* lines_read_ = nullptr;
  [[nodiscard]] std::string place_of(std::string_view file, std::size_t line) const;
  void note(std::uint64_t& count, std::string_view file, std::size_t line, std::string_view reason);

  std::uint64_t lines_ = 0;
  std::uint64_t doubts_ = 0;
  std::vector<std::string> first_;
};

/// "file:line", or only the file for line 0.
[[nodiscard]] std::string place(std::string_view file, std::size_t line);

}  // namespace joulecast::formats
