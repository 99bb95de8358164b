// Runs that a result leaves out, with reasons, so that nothing is left out silently.
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
  stopped,    ///< by a limit that the user had set
  no_energy,  ///< neither measured nor modelled
  no_figure,  ///< the run has no value in the column
  no_label,   ///< the column defines the group and is empty
};
[[nodiscard]] std::string_view name_of(LeftOutReason reason);

/// All runs that are left out for one reason.
struct LeftOutRuns {
  LeftOutReason reason = LeftOutReason::no_figure;
  std::string column;             ///< for no_figure and no_label
  std::vector<std::string> runs;  ///< ids
};

/// Adds a run under its reason. A repeated call with the same run adds nothing.
void add_left_out(std::vector<LeftOutRuns>& all, LeftOutReason reason, const std::string& column,
                  std::string run);

/// "2 runs are still running", "1 run has no f1".
[[nodiscard]] std::string describe(const LeftOutRuns& left_out);

/// The first few of many ids: "a, b, c, d, e, ...".
[[nodiscard]] std::string first_runs(std::span<const std::string> ids);

/// Appends the reasons, if any, to the error's message.
[[nodiscard]] Error with_reasons(Error error, std::span<const LeftOutRuns> left_out);

}  // namespace joulecast::session
