// The table of running runs. A narrow screen leaves out the columns that matter least.
#include <algorithm>
#include <array>
#include <functional>

#include "base/text.hpp"
#include "report/text_table.hpp"
#include "top/view.hpp"

namespace joulecast::top {
namespace {

using Run = session::RunningRun;

struct Column {
  const char* heading;
  std::size_t width;
  bool right = false;
  std::function<std::string(const Run&)> cell;
};

std::string tag_of(const Run& run, const char* name) {
  const auto found = run.tags.find(name);
  return found == run.tags.end() ? "" : found->second;
}

template <class Quantity>
std::string known(const std::optional<Quantity>& value) {
  return value ? to_text(*value) : "-";
}

std::string share_of(const Run& run) {
  if (run.work_is_done) return "all";
  return run.projection ? fmt::format("{:.0f} %", 100 * run.projection->share) : "-";
}

/// A forecast that is not reliable yet is none to act on; the details tell it.
std::string forecast_of(const Run& run) {
  return run.projection && run.projection->ready && !run.work_is_done ? to_text(run.projection->total) : "-";
}

/// Those that matter most first; the name takes what is left of the row.
std::vector<Column> columns_for(std::size_t width, WallTime now) {
  const auto elapsed = [now](const Run& run) {
    return run.started ? to_text(now - *run.started) : std::string("-");
  };
  std::vector<Column> all;
  all.push_back({"POWER", 9, true, [](const Run& run) { return known(run.power); }});
  all.push_back({"ENERGY", 9, true, [](const Run& run) { return known(run.energy); }});
  all.push_back({"DONE", 6, true, share_of});
  all.push_back({"FORECAST", 10, true, forecast_of});
  all.push_back({"TIME", 13, true, elapsed});
  all.push_back({"HOST", 12, false, [](const Run& run) { return run.host; }});
  all.push_back({"USER", 10, false, [](const Run& run) { return tag_of(run, "user"); }});
  all.push_back({"PROJECT", 12, false, [](const Run& run) { return tag_of(run, "project"); }});
  constexpr std::size_t least_name = 14;
  std::vector<Column> shown;
  std::size_t used = least_name;
  for (auto& column : all) {
    if (used + column.width + 2 > width) break;
    used += column.width + 2;
    shown.push_back(std::move(column));
  }
  constexpr std::size_t most_name = 40;
  const auto name = std::min(most_name, least_name + (width > used ? width - used : 0));
  shown.insert(shown.begin(),
               {"RUN", name, false, [](const Run& run) { return run.name.empty() ? run.id : run.name; }});
  return shown;
}

std::string padded(const std::string& text, const Column& column) {
  auto cell = report::shorten(text, column.width);
  const std::string blanks(column.width - std::min(column.width, report::display_width(cell)), ' ');
  return column.right ? blanks + cell : cell + blanks;
}

}  // namespace

std::vector<const Run*> sorted_runs(const ViewState& state) {
  std::vector<const Run*> runs;
  if (!state.runs) return runs;
  for (const auto& run : state.runs->runs) runs.push_back(&run);
  const auto by = [&](auto key) { std::ranges::stable_sort(runs, std::greater{}, key); };
  if (state.sort == SortBy::power) by([](const Run* run) { return run->power.value_or(Watts{-1}).value(); });
  if (state.sort == SortBy::energy)
    by([](const Run* run) { return run->energy.value_or(Joules{-1}).value(); });
  if (state.sort == SortBy::name)
    std::ranges::stable_sort(runs, {}, [](const Run* run) { return run->name; });
  return runs;
}

std::vector<Line> table_lines(const ViewState& state, const ViewSize& size, int rows, WallTime now) {
  const std::size_t width = static_cast<std::size_t>(std::max(size.columns - 2, 0));
  const auto columns = columns_for(width, now);
  const auto row_of = [&](auto text_of) {
    std::string row;
    for (const auto& column : columns) row += (row.empty() ? "" : "  ") + padded(text_of(column), column);
    return row;
  };
  std::vector<Line> lines{
      {{"  " + row_of([](const Column& column) { return std::string(column.heading); }), Style::heading}}};
  const auto runs = sorted_runs(state);
  const int room = std::max(rows - 1, 0);
  const auto chosen = std::ranges::find(runs, state.chosen, [](const Run* run) { return run->id; });
  const int place = chosen == runs.end() ? 0 : static_cast<int>(chosen - runs.begin());
  const int first = std::clamp(place - room / 2, 0, std::max(static_cast<int>(runs.size()) - room, 0));
  for (int i = first; i < static_cast<int>(runs.size()) && i < first + room; ++i) {
    const auto& run = *runs[static_cast<std::size_t>(i)];
    const bool is_chosen = run.id == state.chosen;
    lines.push_back({{(is_chosen ? "> " : "  ") + row_of([&](const Column& c) { return c.cell(run); }),
                      is_chosen ? Style::chosen : Style::normal}});
  }
  return lines;
}

}  // namespace joulecast::top
