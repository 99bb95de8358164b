// The whole program's command line, assembled from the commands.
#pragma once

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// The whole program: finds the command, runs it and returns its exit status.
[[nodiscard]] int run_program(int argc, char** argv);

/// All commands and options, for completions and the manual page.
[[nodiscard]] CommandDescription describe_program();

}  // namespace joulecast::cli
