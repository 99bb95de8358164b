#include "formats/bundle_progress.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/csv_scanner.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

constexpr std::string_view unnamed = "train";

struct Columns {
  std::size_t count = 0;
  std::size_t time = 0;
  std::size_t work = 0;
  std::optional<std::size_t> phase;
};

Result<Columns> columns_of(const CsvRow& header, std::string_view file) {
  const auto find = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(header.cells, name);
    if (found == header.cells.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header.cells.begin());
  };
  const auto time = find("time_s");
  const auto work = find("work");
  if (!time || !work)
    return fail(ErrorKind::malformed, place(file, header.line), "needs the columns time_s and work");
  return Columns{header.cells.size(), *time, *work, find("phase")};
}

std::optional<double> number(std::string_view cell) {
  double value = 0;
  const char* const end = cell.data() + cell.size();
  if (cell.empty() || read_number(cell.data(), end, value) != end) return std::nullopt;
  return value;
}

/// Adds a row, or returns what is wrong with it.
std::string take_row(const CsvRow& row, const Columns& columns, trace::Run& run) {
  if (row.fault != CsvFault::none) return "a quote is not closed";
  if (row.cells.size() != columns.count)
    return fmt::format("{} cells under a header of {}", row.cells.size(), columns.count);
  const auto time = number(row.cells[columns.time]);
  const auto work = number(row.cells[columns.work]);
  if (!time || !work || *work < 0) return "progress needs a time and an amount of work";
  if (!run.progress.empty() && *time < run.progress.back().time.value())
    return fmt::format("time_s falls from {} to {}", run.progress.back().time.value(), *time);
  auto name = columns.phase ? row.cells[*columns.phase] : std::string_view{};
  if (name.empty()) name = unnamed;
  const bool same = !run.phases.empty() && run.phases.back().name == name;
  if (same && *work < run.phases.back().work)
    return fmt::format("work falls from {} to {}", run.phases.back().work, *work);
  if (!same) {
    trace::Phase phase;
    phase.name = name;
    phase.unit = run.info.work_unit.empty() ? "epoch" : run.info.work_unit;
    phase.span.begin = Seconds{*time};
    run.phases.push_back(std::move(phase));
  }
  run.phases.back().work = *work;
  run.phases.back().span.end = Seconds{*time};
  run.progress.push_back({Seconds{*time}, *work, run.phases.size() - 1});
  return "";
}

/// The phases' names as cells: without line ends, each of them once.
std::vector<std::string> phase_cells(const trace::Run& run) {
  std::vector<std::string> cells;
  std::set<std::string> used;
  for (const auto& phase : run.phases) {
    std::string name = phase.name.empty() ? std::string(unnamed) : phase.name;
    std::ranges::replace_if(
        name, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    auto unique = name;
    for (int n = 2; !used.insert(unique).second; ++n) unique = fmt::format("{} {}", name, n);
    cells.push_back(csv_cell(unique));
  }
  return cells;
}

}  // namespace

Status read_bundle_progress(std::string_view text, std::string_view file, trace::Run& run, Damage& damage) {
  std::optional<Columns> columns;
  CsvScanner scanner(text, csv_of_logs);
  for (CsvRow row; scanner.next(row);) {
    if (!columns) {
      auto found = columns_of(row, file);
      if (!found) return propagate(found.error());
      columns = *found;
      continue;
    }
    auto reason = take_row(row, *columns, run);
    if (reason.empty()) continue;
    if (auto ok = damage.at(file, row.line, std::move(reason)); !ok) return ok;
  }
  if (!columns) return fail(ErrorKind::malformed, std::string(file), "empty, not even a header");
  if (run.phases.size() == 1) run.phases.front().total_work = run.info.total_work;
  return {};
}

std::string bundle_progress_text(const trace::Run& run) {
  if (run.progress.empty()) return "";
  const auto cells = phase_cells(run);
  const bool named = cells.size() > 1 || (cells.size() == 1 && cells.front() != unnamed);
  std::string text = named ? "time_s,work,phase\n" : "time_s,work\n";
  for (const auto& point : run.progress) {
    text += fmt::format("{},{}", point.time.value(), point.work);
    if (named) text += "," + (point.phase < cells.size() ? cells[point.phase] : std::string(unnamed));
    text += "\n";
  }
  return text;
}

}  // namespace joulecast::formats
