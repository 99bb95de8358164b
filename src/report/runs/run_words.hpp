// Short phrases that several parts of a run's text share. Internal to the report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// "1,500", "0.49": whole numbers with their thousands apart, others with few digits.
[[nodiscard]] std::string amount(double value);
/// "epochs", "steps"; "%" for percent; "units" where nothing is known.
[[nodiscard]] std::string plural_of(const std::string& unit);
/// Whole percent, with "< 1 %" for small shares that are not 0, and "99 %" for large ones that are not 1.
[[nodiscard]] std::string percent(double share);

/// The devices and the time that a total leaves out: "gpu 1 and 5 min 2 s"; "" if it leaves out nothing.
[[nodiscard]] std::string left_out_text(const trace::RunEnergy& energy);

/// What the net energy of a run is worth.
[[nodiscard]] std::string_view net_text(const session::IdleSplit& idle);

}  // namespace joulecast::report
