// Text for those who take nothing but UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace joulecast {

/// The text with U+FFFD for each byte that is not UTF-8, and for each zero byte.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace joulecast
