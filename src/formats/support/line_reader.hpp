// A file in blocks of whole lines, in constant memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/text.hpp"

namespace joulecast::formats {

class LineReader {
 public:
  /// Puts up to `size` bytes at `to`; 0 = the end.
  using Read = std::function<Result<std::size_t>(char* to, std::size_t size)>;

  [[nodiscard]] static Result<LineReader> open(const std::filesystem::path& path);
  LineReader(std::string name, Read read);
  /// Text that is already in memory, and outlives the reader.
  LineReader(std::string name, std::string_view text);

  /// What the input begins with, up to `head_bytes`, without consuming it.
  [[nodiscard]] Result<std::string_view> head();

  /// The next lines, each ended by '\n'; empty = the end. Valid until the next call. The last line of a file
  /// that does not end in '\n' is given one, and then cut_off() is true.
  [[nodiscard]] Result<std::string_view> block();

  /// Number of the first line of the block, from 1.
  [[nodiscard]] std::size_t line() const { return line_; }
  /// Whether the block's last line had no end of its own.
  [[nodiscard]] bool cut_off() const { return cut_off_; }
  /// Lines left out because they are longer than any log has (longest_line); their numbers are still counted.
  [[nodiscard]] std::size_t overlong_lines() const { return overlong_lines_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  static constexpr std::size_t head_bytes = std::size_t{1} << 18;
  static constexpr std::size_t longest_line = head_bytes;

 private:
  [[nodiscard]] Status fill(std::size_t wanted);
  [[nodiscard]] Status skip_overlong_line();

  std::string name_;
  Read read_;
  std::string buffer_;
  std::size_t begin_ = 0;  ///< of what was not handed out yet
  std::size_t line_ = 1;
  std::size_t lines_in_block_ = 0;
  std::size_t overlong_lines_ = 0;
  bool end_of_input_ = false;
  bool cut_off_ = false;
};

}  // namespace joulecast::formats
