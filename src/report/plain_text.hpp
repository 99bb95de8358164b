// Running text for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::report {

/// Replaces control characters by blanks, so that a name from a file cannot control the terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Breaks text at blanks into lines of at most `width` characters. All lines but the first are indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace joulecast::report
