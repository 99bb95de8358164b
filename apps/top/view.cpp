#include "top/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "report/text_table.hpp"

namespace joulecast::top {
namespace {

constexpr std::array<std::string_view, 4> sort_names{"start", "power", "energy", "name"};

Line headline(const ViewState& state) {
  if (!state.looked) return {{"joulecast top  looking at the store", Style::heading}};
  const auto& runs = *state.runs;
  Watts power{0};
  std::size_t known = 0;
  for (const auto& run : runs.runs)
    if (run.power) {
      power += *run.power;
      ++known;
    }
  auto text = fmt::format("joulecast top  {} running", runs.runs.size() + runs.left_out);
  // Without some of them a sum would look like that of all.
  if (known > 0)
    text += fmt::format("  {}{}", to_text(power),
                        known < runs.runs.size() ? fmt::format(" ({} of them known)", known) : "");
  return {{text, Style::heading}};
}

std::vector<Line> ended_lines(const ViewState& state, std::size_t room) {
  std::vector<Line> lines;
  for (const auto& run : state.ended) {
    if (lines.size() == room) break;
    const auto energy = run.energy ? to_text(*run.energy) : "energy not known";
    lines.push_back({{fmt::format("  {} {}: {} in {}", run.name.empty() ? run.id : run.name,
                                  name_of(run.status), energy, to_text(run.duration)),
                      Style::faint}});
  }
  return lines;
}

/// Cuts the line where the screen ends, and takes out what would control the terminal.
Line fitted(Line line, const ViewSize& size) {
  auto left = static_cast<std::size_t>(std::max(size.columns, 0));
  for (auto& piece : line) {
    piece.text = left == 0 ? "" : report::shorten(piece.text, left);
    left -= std::min(left, report::display_width(piece.text));
    if (!size.unicode) piece.text = report::only_ascii(piece.text);
  }
  return line;
}

}  // namespace

std::vector<Line> lines_of(const ViewState& state, const ViewSize& size, WallTime now) {
  std::vector<Line> lines{headline(state)};
  const Line keys{{fmt::format("q quit  up/down choose  s sort (by {})",
                               sort_names[static_cast<std::size_t>(state.sort)]),
                   Style::faint}};
  if (state.runs && !state.runs->store_answers) lines.push_back({{state.runs->trouble, Style::warning}});
  const auto runs = sorted_runs(state);
  const auto chosen =
      std::ranges::find(runs, state.chosen, [](const session::RunningRun* run) { return run->id; });
  std::vector<Line> details;
  if (chosen != runs.end()) details = detail_lines(**chosen, state.history.of(state.chosen), size);
  constexpr int least_table = 3;
  const int room = size.rows - static_cast<int>(lines.size()) - 1;
  // A low screen has the table alone.
  if (room - static_cast<int>(details.size()) - 1 < least_table) details.clear();
  if (runs.empty() && state.looked) {
    lines.push_back({{"No run is being recorded now: joulecast run -- python train.py", Style::faint}});
  } else {
    const int table_room = room - (details.empty() ? 0 : static_cast<int>(details.size()) + 1);
    for (auto& line : table_lines(state, size, table_room, now)) lines.push_back(std::move(line));
    if (!details.empty()) lines.push_back({});
    for (auto& line : details) lines.push_back(std::move(line));
  }
  const int left = size.rows - static_cast<int>(lines.size()) - 1;
  if (left > 1 && !state.ended.empty()) {
    lines.push_back({});
    for (auto& line : ended_lines(state, static_cast<std::size_t>(left - 1)))
      lines.push_back(std::move(line));
  }
  if (size.rows > 1) {
    lines.resize(std::min(lines.size(), static_cast<std::size_t>(size.rows - 1)));
    while (static_cast<int>(lines.size()) < size.rows - 1) lines.push_back({});
    lines.push_back(keys);
  }
  lines.resize(std::min(lines.size(), static_cast<std::size_t>(std::max(size.rows, 0))));
  for (auto& line : lines) line = fitted(std::move(line), size);
  return lines;
}

}  // namespace joulecast::top
