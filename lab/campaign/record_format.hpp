// A record as a line of the journal: one JSON object.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "lab/campaign/records.hpp"

namespace joulecast::lab {

/// Without a line's end.
[[nodiscard]] std::string to_line(const Record& record);
/// malformed, with `where`, for anything that to_line() does not write. Unknown keys are ignored.
[[nodiscard]] Result<Record> parse_record(std::string_view line, const std::string& where);

}  // namespace joulecast::lab
