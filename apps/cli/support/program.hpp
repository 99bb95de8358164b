// The whole program's command line, assembled from the commands.
#pragma once

#include <functional>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// A command line with name, summary and version, but without commands.
[[nodiscard]] CommandLine program_line();

/// Declares every command. Parsing stores the action of the command that was given in `chosen`.
void add_commands(Arguments top, std::function<int()>& chosen);

/// All commands and options, for completions and the manual page.
[[nodiscard]] CommandDescription describe_program();

}  // namespace joulecast::cli
