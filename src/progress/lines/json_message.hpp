// The text within a line of JSON: what a program logs, in the object of its logger or of a collector of logs.
#pragma once

#include <optional>
#include <string>

namespace joulecast::progress {

/// "Step 40/800: loss 0.3" of {"level": "INFO", "message": "Step 40/800: loss 0.3"}. Nothing for lines that
/// are no object or have no such text with a number in it.
[[nodiscard]] std::optional<std::string> find_json_message(const std::string& line);

}  // namespace joulecast::progress
