// How the devices behaved during a run: throttling, clocks, temperature.
#pragma once

#include "lab/campaign/records.hpp"
#include "trace/run.hpp"

namespace joulecast::lab {

/// From a run with all of its readings.
[[nodiscard]] Conduct conduct_of(const trace::Run& run);

/// What a reader should know, a phrase each: throttling, and a mean clock that differs from `usual_clock_hz`,
/// that of the cell's other runs.
[[nodiscard]] std::vector<std::string> flags_of(const Conduct& conduct, std::optional<double> usual_clock_hz);

}  // namespace joulecast::lab
