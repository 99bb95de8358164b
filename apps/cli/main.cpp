// joulecast: finds the subcommand, hands over, passes on its exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>

#include "cli/support/command.hpp"

namespace joulecast::cli {
namespace {

/// Adds every command; `chosen` becomes what the parsed one does.
void add_commands(CLI::App& app, std::function<int()>& chosen) {
  for (const auto* command : all_commands()) {
    auto* sub = app.add_subcommand(std::string(command->name), std::string(command->summary));
    sub->group(std::string(command->section));
    sub->callback([&chosen, action = command->define(*sub)] { chosen = action; });
  }
}

int refuse(std::string_view problem, std::string_view help) {
  fmt::print(stderr, "joulecast: {} (joulecast {}--help)\n", problem, help);
  return unusable;
}

int run(int argc, char** argv) {
  CLI::App app{"What a deep-learning training costs in joules: before it starts, while it runs, and after."};
  app.name("joulecast");
  app.set_version_flag("--version", "joulecast " JOULECAST_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  std::function<int()> chosen;
  add_commands(app, chosen);

  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first.empty()) return refuse("which command?", "");
  if (!first.starts_with('-') &&
      std::ranges::find(all_commands(), first, &Command::name) == all_commands().end())
    return refuse(fmt::format("there is no command '{}'", first), "");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return refuse(error.what(), first.starts_with('-') ? "" : std::string(first) + " ");
  }
  return chosen();
}

/// What was printed may still lie in the buffer: a disk that is full is no success.
int with_output_written(int status) {
  if (std::fflush(stdout) == 0) return status;
  fmt::print(stderr, "joulecast: standard output: {}\n", std::strerror(errno));
  return status == done ? failed : status;
}

}  // namespace
}  // namespace joulecast::cli

int main(int argc, char** argv) {
  using namespace joulecast::cli;
  try {
    return with_output_written(run(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "joulecast: {}\n", error.what());
    return failed;
  }
}
