// What several parts of a run's text say alike. Internal to the report.
#pragma once

#include <string>
#include <string_view>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

/// The devices and the time that a total leaves out: "gpu 1 and 5 min 2 s"; "" if it leaves out nothing.
[[nodiscard]] std::string left_out_text(const trace::RunEnergy& energy);

/// What the net energy of a run is worth.
[[nodiscard]] std::string_view net_text(const session::IdleSplit& idle);

}  // namespace joulecast::report
