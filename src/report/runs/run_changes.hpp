// Reports the removal, tagging and recovery of stored runs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/change_runs.hpp"
#include "session/runs/export_run.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::Removal& removal);
[[nodiscard]] std::string to_text(const session::ExportedRun& exported);
[[nodiscard]] std::string to_text(const session::Recovery& recovery);
[[nodiscard]] nlohmann::ordered_json to_json(const session::Recovery& recovery);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::Recovery& recovery);

}  // namespace joulecast::report
