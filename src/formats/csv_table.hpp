// Any CSV table with a header line, read whole: the file's text is kept and cells point into it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::formats {

/// Understands: comma, semicolon or tab (whichever the header line holds most of), quoted cells with doubled
/// quotes and line ends inside, LF, CRLF and CR, a byte order mark, blank lines (skipped), blanks around
/// unquoted cells (cut). Refuses, with file:line: a row with more or fewer cells than the header, a quote
/// that never closes or has text behind it.
class CsvTable {
 public:
  /// `name` is what errors call it.
  [[nodiscard]] static Result<CsvTable> parse(std::string content, std::string name);
  [[nodiscard]] static Result<CsvTable> read(const std::filesystem::path& file);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::span<const std::string> columns() const { return columns_; }
  /// By exact name, else ignoring case; invalid where there is none (the message lists what there is) or two.
  [[nodiscard]] Result<std::size_t> column(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return column(name).has_value(); }

  /// "" = empty. Row 0 is the first below the header.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  /// The cell is empty or one of NA, N/A, null, none, NaN, ? (any case): a value that is not known.
  [[nodiscard]] bool missing(std::size_t row, std::size_t column) const;
  /// The number in the cell; nothing where missing(). malformed with file:line for anything else, infinity
  /// included.
  [[nodiscard]] Result<std::optional<double>> number(std::size_t row, std::size_t column) const;
  /// A whole column of numbers.
  [[nodiscard]] Result<std::vector<std::optional<double>>> numbers(std::string_view column) const;
  /// "file:line" of a row, for errors.
  [[nodiscard]] std::string where(std::size_t row) const;

 private:
  struct Cell {
    std::size_t begin = 0;
    std::uint32_t length = 0;
  };
  friend class CsvReader;
  std::string name_;
  std::string content_;
  std::vector<std::string> columns_;
  std::vector<Cell> cells_;           ///< row by row
  std::vector<std::uint32_t> lines_;  ///< line of each row in the file
};

/// The text is a way of writing "not known": see CsvTable::missing.
[[nodiscard]] bool means_missing(std::string_view text);

/// One cell as it must be written: quoted where it holds a separator, a quote, a line end or blanks at its
/// ends.
[[nodiscard]] std::string csv_cell(std::string_view text);

}  // namespace joulecast::formats
