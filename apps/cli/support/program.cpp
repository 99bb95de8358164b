#include "cli/support/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <string>

#include "base/failure.hpp"
#include "base/input_file.hpp"
#include "base/printable.hpp"
#include "base/version.hpp"
#include "cli/support/command.hpp"
#include "run/closed_streams.hpp"
#include "run/tell.hpp"
#include "store/node_files.hpp"

namespace joulecast::cli {
namespace {

/// The last heading of the help, with commands about joulecast itself.
constexpr std::string_view last_section = "Shell";

/// Name, summary and version, without commands.
CommandLine program_line() {
  return CommandLine(
      "joulecast",
      "What a deep-learning training costs in joules: before it starts, while it runs, and after.",
      std::string(version));
}

/// Declares every command, or `only` the one of this name if there is one: declaring them all takes longer
/// than parsing. Parsing stores the action of the command that was given in `chosen`.
void add_commands(Arguments top, std::function<int()>& chosen, std::string_view only = {}) {
  const bool known = std::ranges::find(all_commands(), only, &Command::name) != all_commands().end();
  for (const bool last : {false, true})
    for (const auto* command : all_commands()) {
      if ((command->section == last_section) != last || (known && command->name != only)) continue;
      auto arguments = top.add_command(command->name, command->summary, command->section);
      arguments.when_given([&chosen, action = command->define(arguments)] { chosen = action; });
    }
}

int refuse(std::string_view problem, std::string_view help) {
  run::tell("joulecast: {} (joulecast {}--help)\n", problem, help);
  return unusable;
}

/// What is wrong with the limit in the environment; "" if nothing is.
std::string size_limit_problem() {
  const char* said = std::getenv("JOULECAST_MAX_SIZE");
  if (said == nullptr || *said == '\0' || parse_size(said)) return "";
  return fmt::format("JOULECAST_MAX_SIZE: '{}' is not a size like 500MB or 10GB", printable(said));
}

/// The status of a command that has run must not be lost for want of the memory for a line.
void tell_left_out() noexcept {
  try {
    for (const auto& file : store::left_out_files()) run::tell("joulecast: left out: {}\n", file);
  } catch (const std::exception& error) {
    run::tell("joulecast: {}\n", reason_of(error));
  }
}

int parse_and_run(int argc, char** argv) {
  // Never destroyed: the process ends soon, and somebody may wait for it.
  static auto& line = *new CommandLine(program_line());
  const std::string_view first = argc > 1 ? argv[1] : "";
  std::function<int()> chosen;
  add_commands(line.top(), chosen, first);

  if (first.empty()) return refuse("which command?", "");
  if (!first.starts_with('-') &&
      std::ranges::find(all_commands(), first, &Command::name) == all_commands().end())
    return refuse(fmt::format("there is no command '{}'", first), "");
  const auto outcome = line.parse(argc, argv);
  if (outcome.problem)
    return refuse(*outcome.problem, first.starts_with('-') ? "" : std::string(first) + " ");
  if (outcome.answered) return done;
  if (const auto problem = size_limit_problem(); !problem.empty()) {
    if (first != "run") return refuse(problem, "");
    run::tell("joulecast: {}; the usual limits hold\n", problem);  // a training is not refused for it
  }
  const int status = chosen();
  tell_left_out();
  return status;
}

/// Flushes standard output. Otherwise a full disk would go unnoticed, because the output may still be in the
/// buffer.
int with_output_written(int status) {
  if (std::fflush(stdout) == 0) return status;
  run::tell("joulecast: standard output: {}\n", std::strerror(errno));
  return status == done ? failed : status;
}

}  // namespace

CommandDescription describe_program() {
  auto line = program_line();
  std::function<int()> unused;
  add_commands(line.top(), unused);
  return line.describe();
}

int run_program(int argc, char** argv) {
  run::keep_closed_streams_closed();
  try {
    return with_output_written(parse_and_run(argc, argv));
  } catch (const std::exception& error) {
    run::tell("joulecast: {}\n", error.what());
    return failed;
  }
}

}  // namespace joulecast::cli
