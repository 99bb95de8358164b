// The runs of a board, row by row. Internal to src/session/tables.
#pragma once

#include "session/tables/board.hpp"

namespace joulecast::session {

/// A row of a source, with what names it.
struct BoardRow {
  std::size_t source = 0;
  std::size_t row = 0;
  std::vector<std::string> labels;  ///< by Board::keys; "" = the source does not say
};

/// All rows of one task.
struct BoardRows {
  std::string task;
  std::vector<BoardRow> rows;
};

/// One run's way to a quality, and what the whole run took.
struct RunEffort {
  tradeoff::QualityCourse course;
  std::optional<double> whole_energy;  ///< J
  bool energy_assumed = false;         ///< spread evenly over the epochs
};

/// Fills the keys, what is left out and the warnings of `board`, and gives the rows by task, in the order in
/// which the sources name them.
[[nodiscard]] Result<std::vector<BoardRows>> rows_by_task(const std::vector<BoardSource>& sources,
                                                          const BoardRequest& request, Board& board);

/// Nothing where the run does not tell the metric.
[[nodiscard]] Result<std::optional<RunEffort>> effort_of(const BoardSource& source, std::size_t row,
                                                         const std::string& metric,
                                                         const BoardRequest& request);

}  // namespace joulecast::session
