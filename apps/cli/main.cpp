// joulecast: finds the subcommand, runs it and returns its exit status.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "base/input_file.hpp"
#include "base/printable.hpp"
#include "cli/support/command.hpp"
#include "cli/support/program.hpp"
#include "run/tell.hpp"

namespace joulecast::cli {
namespace {

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

int run(int argc, char** argv) {
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
  return chosen();
}

/// Flushes standard output. Otherwise a full disk would go unnoticed, because the output may still be in the
/// buffer.
int with_output_written(int status) {
  if (std::fflush(stdout) == 0) return status;
  run::tell("joulecast: standard output: {}\n", std::strerror(errno));
  return status == done ? failed : status;
}

}  // namespace
}  // namespace joulecast::cli

int main(int argc, char** argv) {
  using namespace joulecast::cli;
  try {
    return with_output_written(run(argc, argv));
  } catch (const std::exception& error) {
    joulecast::run::tell("joulecast: {}\n", error.what());
    return failed;
  }
}
