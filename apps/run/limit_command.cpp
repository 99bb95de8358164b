#include "run/limit_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/system_error.hpp"
#include "run/child.hpp"
#include "run/session_leader.hpp"

namespace joulecast::run {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

Variables variables_of(const LimitOccasion& occasion) {
  const auto& verdict = occasion.verdict;
  Variables variables{{"JOULECAST_LIMIT", verdict.why},
                      {"JOULECAST_RUN_NAME", occasion.run_name},
                      {"JOULECAST_PID", fmt::format("{}", occasion.command_pid)}};
  if (!verdict.run_id.empty()) variables.emplace_back("JOULECAST_RUN_ID", verdict.run_id);
  const auto add = [&](const char* name, const std::optional<Joules>& energy) {
    if (energy) variables.emplace_back(name, fmt::format("{:.6g}", energy->value()));
  };
  add("JOULECAST_LIMIT_J", verdict.limit);
  add("JOULECAST_USED_J", verdict.used);
  add("JOULECAST_PROJECTED_J", verdict.projected);
  return variables;
}

/// Our own environment with these variables, and without those that an outer joulecast may have set.
std::vector<std::string> environment_with(const Variables& variables) {
  std::vector<std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("JOULECAST_")) environment.emplace_back(*entry);
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
};

}  // namespace

Result<pid_t> start_limit_command(const std::string& command, const LimitOccasion& occasion) {
  auto environment = environment_with(variables_of(occasion));
  std::vector<char*> variables;
  for (auto& entry : environment) variables.push_back(entry.data());
  variables.push_back(nullptr);
  std::string shell = "sh", flag = "-c", script = command;
  char* arguments[] = {shell.data(), flag.data(), script.data(), nullptr};
  const SpawnPlan plan;
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, "/bin/sh", &plan.files, &plan.attributes, arguments, variables.data());
  if (error != 0) return fail_errno("--on-limit", error);
  return pid;
}

std::string doubt_of_limit_command(std::string_view command) {
  const auto begin = std::min(command.find_first_not_of(" \t"), command.size());
  const auto end = std::min(command.find_first_of(" \t;&|<>", begin), command.size());
  const std::string program(command.substr(begin, end - begin));
  if (program.empty()) return "there is no command behind exec:";
  const bool is_path =
      program.find('/') != std::string::npos && program.find_first_of("$`'\"\\*?[(~={") == std::string::npos;
  if (!is_path || ::access(program.c_str(), X_OK) == 0) return {};
  return fmt::format("{}: {}", program, std::generic_category().message(errno));
}

std::string failure_of_limit_command(int wait_status) {
  const int status = shell_status(wait_status);
  if (status == 0) return {};
  const auto meaning = status == exit_not_found        ? " (not found)"
                       : status == exit_not_executable ? " (not executable)"
                                                       : "";
  return fmt::format("status {}{}", status, meaning);
}

}  // namespace joulecast::run
