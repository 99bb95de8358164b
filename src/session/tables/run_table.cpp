#include "session/tables/run_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

/// Columns that stay empty if the run's energy is unknown.
constexpr std::array<std::string_view, 3> from_energy{"energy_j", "mean_power_w", "coverage"};

const RunCell& cell_of(const RunRows& rows, std::size_t row, std::size_t column) {
  return rows.cells[row * rows.columns.size() + column];
}

Failure fail_not_a_number(const RunTable& table, std::size_t row, std::size_t column, std::string_view text) {
  return fail(ErrorKind::malformed, table.where(row), "column {}: '{}' is not a finite number",
              table.columns()[column], text.substr(0, 60));
}

}  // namespace

RunCell::RunCell(std::string value) : text(std::move(value)), number(parse_double(text)) {}

RunCell::RunCell(double value) {
  if (std::isnan(value)) return;
  text = fmt::format("{}", value);
  if (std::isfinite(value)) number = value;
}

const std::string& RunTable::source() const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->name();
  return std::get<RunRows>(rows_).source;
}

std::size_t RunTable::rows() const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->rows();
  return std::get<RunRows>(rows_).ids.size();
}

std::span<const std::string> RunTable::columns() const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->columns();
  return std::get<RunRows>(rows_).columns;
}

Result<std::size_t> RunTable::column(std::string_view name) const {
  return find_column(columns(), name, source());
}

std::string_view RunTable::text(std::size_t row, std::size_t column) const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->text(row, column);
  return cell_of(std::get<RunRows>(rows_), row, column).text;
}

bool RunTable::missing(std::size_t row, std::size_t column) const {
  return means_missing(text(row, column));
}

Result<std::optional<double>> RunTable::number(std::size_t row, std::size_t column) const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->number(row, column);
  const auto& cell = cell_of(std::get<RunRows>(rows_), row, column);
  if (cell.number || missing(row, column)) return cell.number;
  return fail_not_a_number(*this, row, column, cell.text);
}

Result<std::vector<double>> RunTable::series(std::size_t row, std::size_t column) const {
  std::vector<double> numbers;
  if (missing(row, column)) return numbers;
  for (const auto word : split(text(row, column), ' ')) {
    if (word.empty()) continue;
    const auto number = parse_double(word);
    if (!number) return fail_not_a_number(*this, row, column, word);
    numbers.push_back(*number);
  }
  return numbers;
}

std::string RunTable::where(std::size_t row) const {
  if (const auto* csv = std::get_if<CsvTable>(&rows_)) return csv->where(row);
  const auto& runs = std::get<RunRows>(rows_);
  return fmt::format("{}, run {}", runs.source, runs.ids[row]);
}

void RunTable::note_without_figure(std::vector<LeftOutRuns>& left_out, std::size_t row,
                                   std::size_t column) const {
  const auto* runs = std::get_if<RunRows>(&rows_);
  if (runs == nullptr) return;
  const auto& name = runs->columns[column];
  const auto energy = std::ranges::find(runs->columns, from_energy.front());
  const bool no_energy = std::ranges::find(from_energy, name) != from_energy.end() &&
                         energy != runs->columns.end() &&
                         missing(row, static_cast<std::size_t>(energy - runs->columns.begin()));
  add_left_out(left_out, no_energy ? LeftOutReason::no_energy : LeftOutReason::no_figure,
               no_energy ? "" : name, runs->ids[row]);
}

void RunTable::note_without_label(std::vector<LeftOutRuns>& left_out, std::size_t row,
                                  std::size_t column) const {
  if (const auto* runs = std::get_if<RunRows>(&rows_))
    add_left_out(left_out, LeftOutReason::no_label, runs->columns[column], runs->ids[row]);
}

std::vector<LeftOutRuns> RunTable::left_out() const {
  const auto* runs = std::get_if<RunRows>(&rows_);
  return runs != nullptr ? runs->left_out : std::vector<LeftOutRuns>{};
}

double RunTable::energy_uncertainty(std::size_t row) const {
  const auto* runs = std::get_if<RunRows>(&rows_);
  return runs != nullptr && row < runs->energy_uncertainty.size() ? runs->energy_uncertainty[row] : 0;
}

std::vector<std::string> RunTable::warnings() const {
  const auto* runs = std::get_if<RunRows>(&rows_);
  return runs != nullptr ? runs->warnings : std::vector<std::string>{};
}

}  // namespace joulecast::session
