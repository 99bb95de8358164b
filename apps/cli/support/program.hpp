// The whole program's command line, assembled from the commands.
#pragma once

#include <functional>
#include <string_view>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// A command line with name, summary and version, but without commands.
[[nodiscard]] CommandLine program_line();

/// Declares every command, or `only` the one of this name if there is one: declaring them all takes longer
/// than parsing. Parsing stores the action of the command that was given in `chosen`.
void add_commands(Arguments top, std::function<int()>& chosen, std::string_view only = {});

/// All commands and options, for completions and the manual page.
[[nodiscard]] CommandDescription describe_program();

}  // namespace joulecast::cli
