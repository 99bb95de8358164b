// A run as JSON: the keys that formats promise, and everything else that is known. Unknown is null.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/run_report.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const RunReport& report);

}  // namespace joulecast::report
