// A run as JSON: the keys that formats promise, and everything else that is known. Unknown is null.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::RunSummary& summary);
[[nodiscard]] std::string to_json_text(const session::RunSummary& summary);  ///< to_json() as it is written

}  // namespace joulecast::report
