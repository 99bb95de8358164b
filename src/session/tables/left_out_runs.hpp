// Runs that a result does without, and why: nothing is left out silently.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::session {

enum class LeftOutReason {
  still_running,
  failed,
  interrupted,
  no_energy,  ///< nothing measured or modelled it
  no_figure,  ///< the run does not know the column
  no_label,   ///< the column is to name its group, and is empty
};
[[nodiscard]] std::string_view name_of(LeftOutReason reason);

/// All runs that one reason keeps out.
struct LeftOutRuns {
  LeftOutReason reason = LeftOutReason::no_figure;
  std::string column;             ///< of no_figure and no_label
  std::vector<std::string> runs;  ///< ids
};

/// Adds a run to those of its reason; said twice in a row, it is added once.
void add_left_out(std::vector<LeftOutRuns>& all, LeftOutReason reason, const std::string& column,
                  std::string run);

/// "2 runs are still running", "1 run has no f1".
[[nodiscard]] std::string describe(const LeftOutRuns& left_out);

/// "a, b, c, d, e, ...": the first few of many ids.
[[nodiscard]] std::string first_runs(std::span<const std::string> ids);

/// The error with the reasons behind its message, where there are any.
[[nodiscard]] Error with_reasons(Error error, std::span<const LeftOutRuns> left_out);

}  // namespace joulecast::session
