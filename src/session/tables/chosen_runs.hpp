// Runs that somebody has chosen in a list, as a table for comparisons and trade-offs, with what to compare
// them by where the user does not say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/reporting/epoch_course.hpp"
#include "session/tables/run_table.hpp"

namespace joulecast::session {

struct ChosenRuns {
  RunTable table;
  std::vector<std::string> metrics;    ///< that runs may be judged by, by name
  std::optional<JudgedMetric> judged;  ///< the one that most of them are
};

/// The metric by which most of the runs are judged: of their epochs, or as recorded of the whole.
[[nodiscard]] std::optional<JudgedMetric> most_usual_metric(const std::vector<trace::Run>& runs);

/// See stored_runs(). invalid if none of them has finished.
[[nodiscard]] Result<ChosenRuns> choose_runs(const std::string& store,
                                             const std::vector<std::string>& references);

}  // namespace joulecast::session
