// Reports what was copied between two stores.
#pragma once

#include <string>

#include "session/runs/sync_runs.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::Synced& synced);
[[nodiscard]] std::string to_json_text(const session::Synced& synced);

}  // namespace joulecast::report
