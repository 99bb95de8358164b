// Reads a file in blocks of whole lines, as UTF-8 and in constant memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/input_file.hpp"
#include "base/result.hpp"
#include "formats/support/dialect.hpp"

namespace joulecast::formats {

class LineReader {
 public:
  /// "-" is standard input. Errors as open_input().
  [[nodiscard]] static Result<LineReader> open(const std::filesystem::path& path, std::uint64_t most_bytes);
  LineReader(std::string name, ReadBytes read);
  /// Reads text in memory, which must outlive the reader.
  LineReader(std::string name, std::string_view text);

  /// The beginning of the input, up to `head_bytes`, without consuming it.
  [[nodiscard]] Result<std::string_view> head();

  /// The whole lines of head() in plain form.
  [[nodiscard]] Result<std::string> plain_head();

  /// Consumes the next lines; they have to lie within head().
  void skip(std::size_t lines);
  /// From here on the lines are rewritten in plain form.
  void set_dialect(const Dialect& dialect) { dialect_ = dialect; }
  [[nodiscard]] bool is_plain() const { return dialect_.plain(); }
  /// The number of the first line, if it is not 1.
  void number_from(std::size_t line) { line_ = line; }

  /// All lines that are left, in plain form; nothing if they have more bytes than `most` or one is too long
  /// to be a log's. Consumes nothing.
  [[nodiscard]] Result<std::optional<std::string>> rest(std::size_t most);
  /// Puts other lines, in plain form, in the place of those that are left; `origins` has for each the place
  /// of the line that it comes from.
  void replace_rest(std::string text, std::vector<std::size_t> origins);
  /// The number in the file of what is now line `number`.
  [[nodiscard]] std::size_t number_in_file(std::size_t number) const;
  /// What was done to the lines before they are read, for the user.
  void add_note(std::string note) { notes_.push_back(std::move(note)); }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  /// The next lines, each ending in '\n'; empty = the end. Valid until the next call. If the file's last line
  /// does not end in '\n', one is added and cut_off() returns true.
  [[nodiscard]] Result<std::string_view> block();

  /// Number of the first line of the block, from 1.
  [[nodiscard]] std::size_t line() const { return line_; }
  /// Whether the last line of the block had no line end in the file.
  [[nodiscard]] bool cut_off() const { return cut_off_; }
  /// Number of lines that were skipped because they are longer than any real log line (longest_line). They
  /// still count in line numbers.
  [[nodiscard]] std::size_t overlong_lines() const { return overlong_lines_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Of the file in bytes; nothing for a pipe.
  [[nodiscard]] std::optional<std::uint64_t> size() const { return size_; }

  static constexpr std::size_t head_bytes = std::size_t{1} << 18;
  static constexpr std::size_t longest_line = head_bytes;

 private:
  [[nodiscard]] Status fill(std::size_t wanted);
  [[nodiscard]] Status skip_overlong_line();

  std::string name_;
  std::optional<std::uint64_t> size_;
  ReadBytes read_;
  Dialect dialect_;
  std::string plain_;  ///< the block in plain form
  std::string buffer_;
  std::size_t begin_ = 0;  ///< start of the data not handed out yet
  std::size_t line_ = 1;
  std::size_t lines_in_block_ = 0;
  std::size_t overlong_lines_ = 0;
  bool end_of_input_ = false;
  bool cut_off_ = false;
  std::vector<std::string> notes_;
  std::vector<std::size_t> origins_;  ///< for the lines from replaced_from_ on
  std::size_t replaced_from_ = 0;
};

}  // namespace joulecast::formats
