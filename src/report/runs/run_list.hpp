// Stored runs as a table and as JSON. Also explains which of several runs a name refers to.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/list_runs.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::RunList& list);
[[nodiscard]] nlohmann::ordered_json to_json(const store::RunRow& run);
[[nodiscard]] nlohmann::ordered_json to_json(const session::RunList& list);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::RunList& list);

/// "3 runs are called 'digits'; this is the latest, 20260201-134507-k7f3"; "" if there is only one.
[[nodiscard]] std::string choice_text(const std::string& reference, const store::RunChoice& choice);

}  // namespace joulecast::report
