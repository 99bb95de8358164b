// Running text for a terminal.
#pragma once

#include <string>
#include <string_view>

#include "base/printable.hpp"

namespace joulecast::report {

/// Breaks text at blanks into lines of at most `width` characters. All lines but the first are indented.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace joulecast::report
