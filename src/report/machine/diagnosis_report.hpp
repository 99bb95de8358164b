// Which sources of measurements work on this machine, and why the others do not, as text and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "session/machine/diagnose_machine.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::Diagnosis& diagnosis);
[[nodiscard]] nlohmann::ordered_json to_json(const session::Diagnosis& diagnosis);
[[nodiscard]] std::string to_json_text(const session::Diagnosis& diagnosis);

}  // namespace joulecast::report
