// What the screen shows, as lines of text: no terminal is needed for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "top/power_history.hpp"

namespace joulecast::top {

/// Marks beside the colour, which a terminal may not have: headings and the chosen run are also told by their
/// place or by a sign.
enum class Style { normal, heading, chosen, faint, warning };

struct Piece {
  std::string text;
  Style style = Style::normal;
};
using Line = std::vector<Piece>;

enum class SortBy { started, power, energy, name };

struct ViewState {
  std::shared_ptr<const session::RunningRuns> runs;
  PowerHistory history;
  std::vector<store::RunRow> ended;  ///< since the start, the latest first
  std::string chosen;                ///< id of a run; of none if it is not there
  SortBy sort = SortBy::started;
  bool looked = false;  ///< the first look has ended
};

struct ViewSize {
  int columns = 80;
  int rows = 24;
  bool unicode = true;
};

/// As many lines as there are rows at most, none longer than the columns.
[[nodiscard]] std::vector<Line> lines_of(const ViewState& state, const ViewSize& size, WallTime now);

/// The running runs in their order on the screen.
[[nodiscard]] std::vector<const session::RunningRun*> sorted_runs(const ViewState& state);

// Parts of it.
[[nodiscard]] std::vector<Line> table_lines(const ViewState& state, const ViewSize& size, int rows,
                                            WallTime now);
[[nodiscard]] std::vector<Line> detail_lines(const session::RunningRun& run,
                                             const PowerHistory::Series& history, const ViewSize& size);

}  // namespace joulecast::top
