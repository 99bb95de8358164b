#include "cli/support/description.hpp"

namespace joulecast::cli {

std::string usage_of(const CommandDescription& command) {
  std::string usage = "[OPTIONS]";
  if (!command.commands.empty()) usage += " COMMAND";
  for (const auto& positional : command.positionals) {
    const auto name = positional.value + (positional.repeated ? "..." : "");
    usage += positional.required ? " " + name : " [" + name + "]";
  }
  return usage;
}

}  // namespace joulecast::cli
