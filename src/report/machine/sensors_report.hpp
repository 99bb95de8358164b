// The current readings of this machine's sensors, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/machine/inspect_sensors.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::SensorsNow& now);
[[nodiscard]] nlohmann::ordered_json to_json(const session::SensorsNow& now);
[[nodiscard]] std::string to_json_text(const session::SensorsNow& now);

/// "87.1 W", "37.0 %", "12.40 GB"; the error in brackets if there is no value.
[[nodiscard]] std::string value_text(const session::ChannelNow& channel);

}  // namespace joulecast::report
