// The subcommands of `joulecast lab`, each in a file of its own.
#pragma once

#include <functional>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// Declares the subcommand's options and returns what to do after parsing.
using LabDefinition = std::function<int()> (*)(Arguments app);

[[nodiscard]] std::function<int()> define_lab_board(Arguments app);

}  // namespace joulecast::cli
