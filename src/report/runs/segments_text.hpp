// The segments of a training that was interrupted and went on later.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

/// A table of them, and what was spent on work that was done twice. "" for a single run.
[[nodiscard]] std::string segments_text(const session::RunSummary& summary);

/// {"segments": […], "wall_clock_s", "redone_j"}; of a single run an empty list and nulls.
[[nodiscard]] nlohmann::ordered_json segments_json(const session::RunSummary& summary);

}  // namespace joulecast::report
