// A CSV table with a header line, read whole: its text is kept, and cells are views into it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv_scanner.hpp"
#include "base/result.hpp"

namespace joulecast {

enum class CsvKind {
  any,   ///< from any program: comma, semicolon or tab, whichever is most frequent in the header line
  data,  ///< in a documented form: commas, and lines that begin with '#' are comments
};

/// Every row has as many cells as the header. Copies share the text.
class CsvTable {
 public:
  /// `name` is what errors call it. malformed with file:line for a row with more or fewer cells than the
  /// header, a quote that never closes or (CsvKind::any) has text behind it, or where there is no header.
  [[nodiscard]] static Result<CsvTable> parse(std::string text, std::string name,
                                              CsvKind kind = CsvKind::any);
  [[nodiscard]] static Result<CsvTable> read(const std::filesystem::path& file, CsvKind kind = CsvKind::any);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::span<const std::string> columns() const { return columns_; }
  /// Finds a column by its name as a user types it: exactly, else ignoring case. invalid if there is none
  /// (the message lists the columns) or if two match.
  [[nodiscard]] Result<std::size_t> column(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return column(name).has_value(); }
  /// Finds a column of a documented form, by its exact name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// The same; malformed, naming the file and the column, if there is none.
  [[nodiscard]] Result<std::size_t> needed_column(std::string_view name) const;

  /// "" = empty. Row 0 is the first below the header.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const {
    return cells_[row * columns_.size() + column];
  }
  /// The cell stands for an unknown value: see means_missing().
  [[nodiscard]] bool missing(std::size_t row, std::size_t column) const;
  /// The number in the cell; nothing where missing(). malformed with file:line for anything else, infinity
  /// included.
  [[nodiscard]] Result<std::optional<double>> number(std::size_t row, std::size_t column) const;
  /// A whole column of numbers.
  [[nodiscard]] Result<std::vector<std::optional<double>>> numbers(std::string_view column) const;
  /// The row's line in the file, from 1.
  [[nodiscard]] std::size_t line(std::size_t row) const { return lines_[row]; }
  /// "file:line" of a row, for errors.
  [[nodiscard]] std::string where(std::size_t row) const;

 private:
  struct Storage {
    std::string text;
    std::list<std::string> rewritten;
  };
  std::string name_;
  std::shared_ptr<Storage> storage_;  ///< what the cells point into
  std::vector<std::string> columns_;
  std::vector<std::string_view> cells_;  ///< row by row
  std::vector<std::uint32_t> lines_;     ///< line of each row in the file
};

/// Whether the text stands for "unknown": empty or one of NA, N/A, null, none, NaN, ? (any case).
[[nodiscard]] bool means_missing(std::string_view text);

/// Index of a column by the rules of CsvTable::column(). `where` is the table's name in errors.
[[nodiscard]] Result<std::size_t> find_column(std::span<const std::string> columns, std::string_view name,
                                              const std::string& where);

}  // namespace joulecast
