// What a probe has found out, as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/forecast/probe_training.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::ProbeResult& result);
[[nodiscard]] nlohmann::ordered_json to_json(const session::ProbeResult& result);
[[nodiscard]] std::string to_json_text(const session::ProbeResult& result);

}  // namespace joulecast::report
