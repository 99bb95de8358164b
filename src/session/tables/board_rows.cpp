#include "session/tables/board_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "session/tables/repeated_rows.hpp"
#include "session/tables/row_filter.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_tasks = 200;

bool says_anything(const RunTable& table, const std::string& name) {
  const auto column = table.column(name);
  if (!column) return false;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.missing(row, *column)) return true;
  return false;
}

/// The column that names the task; "" where the table is one task.
std::string task_column(const RunTable& table, const BoardRequest& request) {
  if (!request.task.empty()) return request.task;
  for (const char* name : {"task", "dataset"})
    if (says_anything(table, name)) return name;
  return "";
}

/// The columns that tell alternatives apart in any source, without those that name the task.
std::vector<std::string> keys_of(const std::vector<BoardSource>& sources, const BoardRequest& request) {
  if (!request.alternatives.group.empty()) return request.alternatives.group;
  std::vector<std::string> keys;
  for (const auto& source : sources)
    for (const auto& key : source.keys.empty() ? default_keys(source.table) : source.keys)
      if (std::ranges::find(keys, key) == keys.end() && key != task_column(source.table, request))
        keys.push_back(key);
  return keys;
}

/// "mnli" for "results/mnli.csv"
std::string name_of_table(const RunTable& table) {
  const auto name = std::filesystem::path(table.source()).stem().string();
  return name.empty() ? table.source() : name;
}

Status take_rows(const std::vector<BoardSource>& sources, std::size_t number, const BoardRequest& request,
                 Board& board, std::vector<BoardRows>& tasks) {
  const auto& table = sources[number].table;
  const auto filter = RowFilter::make(table, request.alternatives.only);
  if (!filter) return propagate(filter.error());
  const auto repeated = repeated_rows(table);
  const auto name = task_column(table, request);
  const auto task = name.empty() ? Result<std::size_t>(0) : table.column(name);
  if (!task) return propagate(task.error());
  std::size_t doubled = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!filter->passes(table, row)) continue;
    if (std::ranges::binary_search(repeated, row)) {
      ++doubled;
      if (request.alternatives.distinct) continue;
    }
    if (!name.empty() && table.missing(row, *task)) {
      table.note_without_label(board.left_out, row, *task);
      continue;
    }
    BoardRow entry{number, row, {}};
    for (const auto& key : board.keys) {
      const auto column = table.column(key);
      entry.labels.emplace_back(column ? table.text(row, *column) : std::string_view());
    }
    const auto label = name.empty() ? name_of_table(table) : std::string(table.text(row, *task));
    auto found = std::ranges::find(tasks, label, &BoardRows::task);
    if (found == tasks.end()) {
      if (tasks.size() == most_tasks)
        return fail_field("task", "{} names more than {} tasks: is it an identifier?",
                          name.empty() ? "each table" : name, most_tasks);
      found = tasks.insert(tasks.end(), {label, {}});
    }
    found->rows.push_back(std::move(entry));
  }
  if (doubled > 0)
    board.warnings.push_back(fmt::format(
        "{}: {} rows repeat another row in every column but the identifier{}", table.source(), doubled,
        request.alternatives.distinct ? " and are left out" : "; --distinct leaves them out"));
  return {};
}

/// In base units; nothing where it is unknown.
Result<std::optional<double>> in_base_units(const RunTable& table, std::size_t row, const std::string& name) {
  const auto column = table.column(name);
  if (!column) return propagate(column.error());
  const auto value = table.number(row, *column);
  if (!value || !*value) return value;
  return **value * tradeoff::unit_of_column(name).factor;
}

/// The run's duration: of duration_s, else of the only column with a time.
Result<std::optional<double>> duration_of(const RunTable& table, std::size_t row) {
  if (table.has("duration_s")) return in_base_units(table, row, "duration_s");
  std::vector<std::string> times;
  for (const auto& column : table.columns())
    if (tradeoff::unit_of_column(column).dimension == tradeoff::Dimension::time) times.push_back(column);
  if (times.size() != 1) return std::optional<double>();
  return in_base_units(table, row, times[0]);
}

std::vector<double> spread_evenly(std::optional<double> total, std::size_t epochs) {
  std::vector<double> parts;
  for (std::size_t i = 1; i <= epochs; ++i)
    parts.push_back(total.value_or(unknown) * static_cast<double>(i) / static_cast<double>(epochs));
  return parts;
}

Result<std::vector<double>> energy_by_epoch(const RunTable& table, std::size_t row, std::size_t epochs,
                                            const std::string& name) {
  const auto column = table.column(name);
  if (!column) return propagate(column.error());
  auto energies = table.series(row, *column);
  if (!energies) return energies;
  if (energies->size() != epochs)
    return fail(ErrorKind::malformed, table.where(row), "{} has {} figures for {} epochs", name,
                energies->size(), epochs);
  const double factor = tradeoff::unit_of_column(name).factor;
  for (double& energy : *energies) energy *= factor;
  return energies;
}

}  // namespace

Result<std::vector<BoardRows>> rows_by_task(const std::vector<BoardSource>& sources,
                                            const BoardRequest& request, Board& board) {
  board.keys = keys_of(sources, request);
  std::vector<BoardRows> tasks;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto& table = sources[i].table;
    for (const auto& left_out : table.left_out())
      for (const auto& run : left_out.runs)
        add_left_out(board.left_out, left_out.reason, left_out.column, run);
    for (const auto& warning : table.warnings()) board.warnings.push_back(warning);
    if (auto ok = take_rows(sources, i, request, board, tasks); !ok) return propagate(ok.error());
  }
  if (tasks.empty())
    return propagate(with_reasons({ErrorKind::invalid, "no run is left", board.source}, board.left_out));
  return tasks;
}

Result<std::optional<RunEffort>> effort_of(const BoardSource& source, std::size_t row,
                                           const std::string& metric, const BoardRequest& request) {
  const auto& table = source.table;
  const auto name = request.energy.empty() ? energy_column(table, "energy") : request.energy;
  if (!name) return propagate(name.error());
  const auto whole = in_base_units(table, row, *name);
  if (!whole) return propagate(whole.error());
  if (row < source.courses.size())
    if (const auto course = source.courses[row].find(metric); course != source.courses[row].end())
      return RunEffort{course->second, *whole, false};
  const auto column = table.column(metric);
  if (!column) return std::optional<RunEffort>();
  auto quality = table.series(row, *column);
  if (!quality) return propagate(quality.error());
  if (quality->empty()) return std::optional<RunEffort>();
  const auto duration = duration_of(table, row);
  if (!duration) return propagate(duration.error());
  RunEffort effort{
      {*quality, spread_evenly(*whole, quality->size()), spread_evenly(*duration, quality->size())},
      *whole,
      quality->size() > 1};
  if (request.energy_by_epoch.empty() || quality->size() < 2) return effort;
  auto energies = energy_by_epoch(table, row, quality->size(), request.energy_by_epoch);
  if (!energies) return propagate(energies.error());
  effort.course.energy = std::move(*energies);
  effort.energy_assumed = false;
  return effort;
}

}  // namespace joulecast::session
