// How far the reference configuration has moved from where it began.
#pragma once

#include <optional>

#include "lab/campaign/state.hpp"

namespace joulecast::lab {

/// The energy of a run of the reference against that of its first finished run, as a share: 0.02 = 2 % more.
/// Nothing for the first one itself, and where an energy is not known.
[[nodiscard]] std::optional<double> drift_of(const Standing& standing, const RunEnded& run);

}  // namespace joulecast::lab
