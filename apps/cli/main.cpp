// joulecast: finds the subcommand, hands over, passes on its exit status.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>

#include "cli/support/command.hpp"

int main(int argc, char** argv) {
  using namespace joulecast::cli;
  std::signal(SIGPIPE, SIG_IGN);  // `joulecast list | head` must not kill a measurement's writer
  CLI::App app{"What a deep-learning training costs in joules: before it starts, while it runs, and after."};
  app.name("joulecast");
  app.set_version_flag("--version", "joulecast " JOULECAST_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  std::function<int()> chosen;
  for (const auto* command : all_commands()) {
    auto* sub = app.add_subcommand(std::string(command->name), std::string(command->summary));
    sub->group(std::string(command->section));
    auto action = command->define(*sub);
    sub->callback([&chosen, action = std::move(action)] { chosen = action; });
  }
  try {
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "joulecast: {}\n", error.what());
    return unusable;
  } catch (const std::exception& error) {
    fmt::print(stderr, "joulecast: {}\n", error.what());
    return failed;
  }
}
