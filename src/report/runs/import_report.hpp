// The result of an import as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/import_files.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::ImportOutcome& outcome);
[[nodiscard]] nlohmann::ordered_json to_json(const session::ImportOutcome& outcome);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::ImportOutcome& outcome);

}  // namespace joulecast::report
