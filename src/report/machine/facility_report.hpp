// What was learned of a facility, as text and JSON.
#pragma once

#include <string>

#include "session/machine/learn_facility.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::LearnedFacility& learned);
[[nodiscard]] std::string to_json_text(const session::LearnedFacility& learned);

}  // namespace joulecast::report
