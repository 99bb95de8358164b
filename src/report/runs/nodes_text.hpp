// The nodes of a job in words and as JSON. Internal to the report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

/// "" for a run of one node.
[[nodiscard]] std::string nodes_text(const session::RunSummary& summary);
/// "nodes" and "gpu_imbalance", for the run's JSON.
[[nodiscard]] nlohmann::ordered_json nodes_json(const session::RunSummary& summary);

}  // namespace joulecast::report
