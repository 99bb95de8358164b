// The summary of a run that could not be stored.
#pragma once

#include <string>

#include "base/units.hpp"

namespace joulecast::report {

/// "12.3 kJ in 1 min 30 s, not stored"
[[nodiscard]] std::string unstored_text(Joules energy, Seconds duration);

}  // namespace joulecast::report
