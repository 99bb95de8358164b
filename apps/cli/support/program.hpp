// The whole program's command line, put together from the commands.
#pragma once

#include <functional>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// Name, summary and version; no commands yet.
[[nodiscard]] CommandLine program_line();

/// Declares every command. The one that parsing meets puts what it does into `chosen`.
void add_commands(Arguments top, std::function<int()>& chosen);

/// All commands and options, as completions and the manual page need them.
[[nodiscard]] CommandDescription describe_program();

}  // namespace joulecast::cli
