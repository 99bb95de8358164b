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
/// In one line, as a stream of events needs it.
[[nodiscard]] std::string one_line(const nlohmann::ordered_json& json);

}  // namespace joulecast::report
