// Figures and short phrases that all reports write alike. Internal to src/report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/reporting/report_runs.hpp"

namespace joulecast::report {

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// "1,500", "0.49": whole numbers with their thousands apart, others with few digits.
[[nodiscard]] std::string amount(double value);
/// "epochs", "steps"; "%" for percent; "units" where nothing is known.
[[nodiscard]] std::string plural_of(const std::string& unit);
/// Whole percent, with "< 1 %" for small shares that are not 0, and "99 %" for large ones that are not 1.
[[nodiscard]] std::string percent(double share);
/// "1.23 EUR"; without a currency the number alone.
[[nodiscard]] std::string money_text(const session::Money& money);

}  // namespace joulecast::report
