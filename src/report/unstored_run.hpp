// What is left to say of a run that no store has kept.
#pragma once

#include <string>

#include "base/units.hpp"

namespace joulecast::report {

/// "12.3 kJ in 1 min 30 s, not stored"
[[nodiscard]] std::string unstored_text(Joules energy, Seconds duration);

}  // namespace joulecast::report
