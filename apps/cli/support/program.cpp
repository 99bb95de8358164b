#include "cli/support/program.hpp"

#include <algorithm>

#include "base/version.hpp"
#include "cli/support/command.hpp"

namespace joulecast::cli {
namespace {

/// The last heading of the help, with commands about joulecast itself.
constexpr std::string_view last_section = "Shell";

}  // namespace

CommandLine program_line() {
  return CommandLine(
      "joulecast",
      "What a deep-learning training costs in joules: before it starts, while it runs, and after.",
      std::string(version));
}

void add_commands(Arguments top, std::function<int()>& chosen, std::string_view only) {
  const bool known = std::ranges::find(all_commands(), only, &Command::name) != all_commands().end();
  for (const bool last : {false, true})
    for (const auto* command : all_commands()) {
      if ((command->section == last_section) != last || (known && command->name != only)) continue;
      auto arguments = top.add_command(command->name, command->summary, command->section);
      arguments.when_given([&chosen, action = command->define(arguments)] { chosen = action; });
    }
}

CommandDescription describe_program() {
  auto line = program_line();
  std::function<int()> unused;
  add_commands(line.top(), unused);
  return line.describe();
}

}  // namespace joulecast::cli
