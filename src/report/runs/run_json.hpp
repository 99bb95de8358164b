// A run as JSON: the documented keys and everything else that is known. Unknown values are null.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::RunSummary& summary);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::RunSummary& summary);

}  // namespace joulecast::report
