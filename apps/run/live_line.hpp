// The status line during a run.
#pragma once

#include <optional>
#include <string>

#include "base/units.hpp"
#include "measure/measurement.hpp"

namespace joulecast::run {

/// "312 W · 12.3 kJ (gpu 10.1 kJ, cpu 2.20 kJ modelled) · epoch 4/20 · 2 min 13 s · total 61.0 kJ (58.2
/// to 63.9 kJ), 8 min left". If the place's carbon intensity is known, the projected emissions are shown too.
[[nodiscard]] std::string live_line(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity);

}  // namespace joulecast::run
