// Running text for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::report {

/// Control characters become blanks, so that a name from a file cannot steer the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Broken at blanks to lines of at most `width` characters, each after the first indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace joulecast::report
