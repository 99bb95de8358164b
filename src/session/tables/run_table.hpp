// Runs as a table with one row per run, loaded from a CSV table, run bundles or the store. Comparisons,
// trade-offs and recommendations work on any of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/csv.hpp"
#include "session/tables/left_out_runs.hpp"

namespace joulecast::session {

/// The value of a run in a column: nothing, a text or a number.
struct RunCell {
  RunCell() = default;  ///< unknown
  /// For a tag or a name. A text that reads as a number also counts as one.
  explicit RunCell(std::string text);
  /// NaN = unknown.
  explicit RunCell(double value);

  std::string text;  ///< for a number, its text as a label; "" = unknown
  std::optional<double> number;
};

/// Runs as they were recorded.
struct RunRows {
  std::string source;  ///< its name in errors: a folder, or the store's file
  std::vector<std::string> columns;
  std::vector<RunCell> cells;         ///< row by row
  std::vector<std::string> ids;       ///< run id of each row
  std::vector<LeftOutRuns> left_out;  ///< runs that have no row
  std::vector<std::string> warnings;  ///< about the rows, such as measurement gaps
  /// By row: of the energy, as what its meters state; 0 = not stated.
  std::vector<double> energy_uncertainty{};
};

class RunTable {
 public:
  /// For a table of any program. Cells are read as text or number on demand.
  explicit RunTable(CsvTable table) : rows_(std::move(table)) {}
  explicit RunTable(RunRows rows) : rows_(std::move(rows)) {}

  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] std::span<const std::string> columns() const;
  /// Finds a column by exact name, else ignoring case. invalid if there is none (the message lists the
  /// columns) or if two match.
  [[nodiscard]] Result<std::size_t> column(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return column(name).has_value(); }

  /// The cell as a label; "" = empty.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool missing(std::size_t row, std::size_t column) const;
  /// Nothing if missing(). malformed, naming the row, if the cell is a text or infinite.
  [[nodiscard]] Result<std::optional<double>> number(std::size_t row, std::size_t column) const;
  /// Several numbers in one cell, separated by blanks, such as a figure by epoch. Empty if missing().
  [[nodiscard]] Result<std::vector<double>> series(std::size_t row, std::size_t column) const;
  /// "file:line" or "store, run id", for errors.
  [[nodiscard]] std::string where(std::size_t row) const;

  /// True if the rows are runs with an id; false for lines of a CSV table.
  [[nodiscard]] bool of_runs() const { return std::holds_alternative<RunRows>(rows_); }
  /// Notes that a run is left out because it has no value in the column. Does nothing for a CSV table.
  void note_without_figure(std::vector<LeftOutRuns>& left_out, std::size_t row, std::size_t column) const;
  void note_without_label(std::vector<LeftOutRuns>& left_out, std::size_t row, std::size_t column) const;
  [[nodiscard]] std::vector<LeftOutRuns> left_out() const;
  [[nodiscard]] std::vector<std::string> warnings() const;
  /// Relative uncertainty of the run's energy_j by its meters (90 %); 0 if none is stated.
  [[nodiscard]] double energy_uncertainty(std::size_t row) const;

 private:
  std::variant<CsvTable, RunRows> rows_;
};

}  // namespace joulecast::session
