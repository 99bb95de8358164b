// The one line that people watch while it runs.
#pragma once

#include <optional>
#include <string>

#include "base/units.hpp"
#include "measure/measurement.hpp"

namespace joulecast::run {

/// "312 W · 12.3 kJ (gpu 10.1 kJ, cpu 2.20 kJ modelled) · epoch 4/20 · 2 min 13 s · total 61.0 kJ (58.2
/// to 63.9 kJ), 8 min left". Where the place's intensity is known, the projected total's carbon is shown too.
[[nodiscard]] std::string live_line(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity);

}  // namespace joulecast::run
