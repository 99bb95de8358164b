// The status line during a run.
#pragma once

#include <optional>
#include <string>

#include "base/units.hpp"
#include "measure/measurement.hpp"

namespace joulecast::run {

/// What matters most comes first: "total 61.0 kJ (58.2 kJ to 63.9 kJ), 8 min left · epoch 4/20 · 12.3 kJ so
/// far · 312 W · 2 min 13 s · gpu 10.1 kJ, cpu 2.20 kJ modelled". If the place's carbon intensity is known,
/// the projected emissions are shown too. Parts that do not fit into `columns` are left out as a whole, so
/// that no number is cut; 0 = no limit.
[[nodiscard]] std::string live_line(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity,
                                    int columns = 0);

}  // namespace joulecast::run
