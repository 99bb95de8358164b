// One line of a CSV file as cells (RFC 4180 quoting within the line).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::formats {

/// False where a quote stays open.
[[nodiscard]] bool split_csv_line(std::string_view line, std::vector<std::string>& cells);

}  // namespace joulecast::formats
