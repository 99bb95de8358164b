// The catalogue's entries for GPUs and CPUs, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/machine/look_up_hardware.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::HardwareAnswer& answer);
[[nodiscard]] nlohmann::ordered_json to_json(const session::HardwareAnswer& answer);
[[nodiscard]] std::string to_json_text(const session::HardwareAnswer& answer);

}  // namespace joulecast::report
