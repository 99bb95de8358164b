// The manual page joulecast(1), generated from the commands' declarations.
#pragma once

#include <string>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// Uses the man macros of groff_man(7). ASCII only; another character is written as its code point, \[u00E9].
[[nodiscard]] std::string man_page(const CommandDescription& program, std::string_view version);

}  // namespace joulecast::cli
