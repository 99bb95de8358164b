// Comma-separated text, row by row and in constant memory (RFC 4180). CsvTable holds a whole table.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast {

/// How a text is written. Always understood: LF, CRLF and CR as line ends, a byte order mark, quoted cells
/// with doubled quotes inside. Blank lines are skipped; blanks around a cell are not part of it.
struct CsvStyle {
  char separator = ',';
  bool comments = false;  ///< a line that begins with '#' is a comment
  bool strict_quotes =
      true;  ///< text after a closing quote is a fault; else it belongs to the cell, as in Python's csv
  bool multiline_cells =
      true;  ///< a quoted cell may hold line ends; else an open quote spoils its own line only
};

/// Of logs: a damaged line spoils itself and none of those after it.
constexpr CsvStyle csv_of_logs{
    .separator = ',', .comments = false, .strict_quotes = false, .multiline_cells = false};

enum class CsvFault { none, open_quote, text_after_quote };

/// One row. The cells are views into the text or into `rewritten`, which holds those that read differently
/// from how they stand there (doubled quotes).
struct CsvRow {
  std::vector<std::string_view> cells;
  std::list<std::string> rewritten;
  std::size_t line = 0;  ///< where the row begins, from 1
  CsvFault fault = CsvFault::none;
  std::size_t fault_line = 0;
};

class CsvScanner {
 public:
  /// `text` must outlive the rows. `first_line` is the number of its first line.
  explicit CsvScanner(std::string_view text, CsvStyle style = {}, std::size_t first_line = 1);

  /// Reads the next row; false at the end. A row with a fault ends with the cell that has it, and the next
  /// row begins on the next line.
  [[nodiscard]] bool next(CsvRow& row);

 private:
  bool read_row(CsvRow& row);
  bool read_quoted(CsvRow& row);
  void read_plain(CsvRow& row);
  void skip_line();
  [[nodiscard]] bool ends_cell(char c) const { return c == style_.separator || c == '\n' || c == '\r'; }
  [[nodiscard]] bool is_blank(char c) const { return c == ' ' || (c == '\t' && style_.separator != '\t'); }
  [[nodiscard]] bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

  std::string_view text_;
  CsvStyle style_;
  std::size_t at_ = 0;
  std::size_t line_;
};

/// Comma, semicolon or tab: whichever the first line that is not blank holds most of.
[[nodiscard]] char guess_csv_separator(std::string_view text);

/// One cell as it must be written to be read back the same: quoted where it holds a separator, a quote, a
/// line end or blanks at its ends.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace joulecast
