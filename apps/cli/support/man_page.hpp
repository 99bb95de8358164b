// The manual page joulecast(1), generated from the commands' declarations.
#pragma once

#include <string>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// Uses the man macros of groff_man(7). ASCII only; other characters are written as \[uXXXX].
[[nodiscard]] std::string man_page(const CommandDescription& program, std::string_view version);

}  // namespace joulecast::cli
