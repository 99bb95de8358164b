// How deeply JSON text nests. Parsing deep nesting is safe, but copying and writing such a value recurse and
// would exhaust the stack: JSON that others wrote is checked before it is parsed.
#pragma once

#include <string_view>

namespace joulecast {

/// No file or log line that we understand nests as deeply.
constexpr int deepest_json = 64;

/// Whether arrays and objects nest in each other to more than `levels`. The text need not be valid JSON.
[[nodiscard]] bool json_is_deeper(std::string_view text, int levels = deepest_json);

}  // namespace joulecast
