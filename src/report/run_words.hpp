// Small words that the parts of a run's text share. Internal to the report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::report {

[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// Whole percent: "< 1 %" is not nothing, and "99 %" is not all.
[[nodiscard]] std::string percent(double share);

}  // namespace joulecast::report
