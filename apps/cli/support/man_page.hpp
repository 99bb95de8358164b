// The manual page joulecast(1), generated from what the commands declare.
#pragma once

#include <string>

#include "cli/support/description.hpp"

namespace joulecast::cli {

/// In the man macros of groff_man(7); ASCII only, other characters as \[uXXXX].
[[nodiscard]] std::string man_page(const CommandDescription& program, std::string_view version);

}  // namespace joulecast::cli
