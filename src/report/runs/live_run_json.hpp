// Running runs and the energy of a fleet as JSON. data/api/openapi.yaml describes the keys.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/runs/fleet.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json to_json(const session::RunningRun& run);
[[nodiscard]] nlohmann::ordered_json to_json(const session::Fleet& fleet);
/// to_json() as text.
[[nodiscard]] std::string to_json_text(const session::Fleet& fleet);
// In one line each, as a stream of events needs it.
[[nodiscard]] std::string event_json(const session::RunningRun& run);
[[nodiscard]] std::string event_json(const store::RunRow& run);  ///< as in a list
[[nodiscard]] std::string removed_json(const std::string& id);
[[nodiscard]] std::string trouble_json(const std::string& trouble);

}  // namespace joulecast::report
