// Runs as a table, one row a run, whatever they come from: a CSV table, run bundles or the store. What
// compares, weighs and recommends works on all of them alike.
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

/// What a run knows under a column: nothing, a text or a number.
struct RunCell {
  RunCell() = default;  ///< not known
  /// Of a tag or a name; one that reads as a number also counts as one.
  explicit RunCell(std::string text);
  /// NaN = not known.
  explicit RunCell(double value);

  std::string text;  ///< a number's is how it stands as a label; "" = not known
  std::optional<double> number;
};

/// Runs as they were recorded.
struct RunRows {
  std::string source;  ///< what errors call it: a folder, the store's file
  std::vector<std::string> columns;
  std::vector<RunCell> cells;         ///< row by row
  std::vector<std::string> ids;       ///< of the rows
  std::vector<LeftOutRuns> left_out;  ///< runs that are not rows
  std::vector<std::string> warnings;  ///< what to know of the rows: measurement gaps
};

class RunTable {
 public:
  /// Of any program: a cell is read as what is asked for.
  explicit RunTable(CsvTable table) : rows_(std::move(table)) {}
  explicit RunTable(RunRows rows) : rows_(std::move(rows)) {}

  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] std::span<const std::string> columns() const;
  /// By exact name, else ignoring case; invalid where there is none (the message lists what there is) or two.
  [[nodiscard]] Result<std::size_t> column(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return column(name).has_value(); }

  /// How the cell stands as a label; "" = empty.
  [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool missing(std::size_t row, std::size_t column) const;
  /// Nothing where missing(); malformed, naming the row, where the cell is a text or infinite.
  [[nodiscard]] Result<std::optional<double>> number(std::size_t row, std::size_t column) const;
  /// Several numbers in one cell, separated by blanks: a figure by epoch. Empty where missing().
  [[nodiscard]] Result<std::vector<double>> series(std::size_t row, std::size_t column) const;
  /// "file:line" or "store, run id", for errors.
  [[nodiscard]] std::string where(std::size_t row) const;

  /// The rows are runs of ours, which have an id, and not lines of somebody's table.
  [[nodiscard]] bool of_runs() const { return std::holds_alternative<RunRows>(rows_); }
  /// Notes that a run is left out because it does not know the column; nothing for a table of somebody's.
  void note_without_figure(std::vector<LeftOutRuns>& left_out, std::size_t row, std::size_t column) const;
  void note_without_label(std::vector<LeftOutRuns>& left_out, std::size_t row, std::size_t column) const;
  [[nodiscard]] std::vector<LeftOutRuns> left_out() const;
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  std::variant<CsvTable, RunRows> rows_;
};

}  // namespace joulecast::session
