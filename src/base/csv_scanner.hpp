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
  /// Text after a closing quote is a fault. If false, it belongs to the cell, as in Python's csv.
  bool strict_quotes = true;
  /// A quoted cell may contain line ends. If false, an open quote makes only its own line unusable.
  bool multiline_cells = true;
};

/// For logs: a damaged line makes only itself unusable, not the lines after it.
constexpr CsvStyle csv_of_logs{
    .separator = ',', .comments = false, .strict_quotes = false, .multiline_cells = false};

enum class CsvFault { none, open_quote, text_after_quote };

/// One row. The cells are views into the text, or into `rewritten` if a cell's value differs from its text
/// (doubled quotes).
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

  /// Reads the next row; false at the end. A row with a fault ends with the faulty cell, and the next row
  /// begins on the next line.
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

/// Comma, semicolon or tab: whichever is most frequent in the first non-blank line.
[[nodiscard]] char guess_csv_separator(std::string_view text);

/// Writes a cell so that it reads back the same: quoted if it has a separator, a quote, a line end, or blanks
/// at its ends. The exception is a text in which a spreadsheet would see a formula, because it begins with
/// = + - or @ and is no number: it gets an apostrophe before it.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace joulecast
