// The subcommands of `joulecast lab`, each in a file of its own.
#pragma once

#include <functional>

#include "cli/support/arguments.hpp"

namespace joulecast::cli {

/// Declares the subcommand's options and returns what to do after parsing.
using LabDefinition = std::function<int()> (*)(Arguments app);

[[nodiscard]] std::function<int()> define_lab_run(Arguments app);
[[nodiscard]] std::function<int()> define_lab_status(Arguments app);
[[nodiscard]] std::function<int()> define_lab_table(Arguments app);
[[nodiscard]] std::function<int()> define_lab_board(Arguments app);
[[nodiscard]] std::function<int()> define_lab_report(Arguments app);
[[nodiscard]] std::function<int()> define_lab_task(Arguments app);
[[nodiscard]] std::function<int()> define_lab_collect(Arguments app);
[[nodiscard]] std::function<int()> define_lab_export(Arguments app);

}  // namespace joulecast::cli
