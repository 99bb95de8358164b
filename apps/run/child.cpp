#include "run/child.hpp"

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "base/system_error.hpp"

namespace joulecast::run {
namespace {

bool means_not_found(int error) {
  return error == ENOENT || error == ENOTDIR;
}

/// A null-terminated list for exec. The strings must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// This process's environment plus `added`. The environment itself is not changed, because other threads of
/// the host program may be reading it.
std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> environment;
  const auto is_replaced = [&](std::string_view entry) {
    const auto name = entry.substr(0, entry.find('='));
    return std::ranges::any_of(added, [&](const auto& variable) { return variable.first == name; });
  };
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    if (!is_replaced(*entry)) environment.emplace_back(*entry);
  for (const auto& [name, value] : added) environment.push_back(name + "=" + value);
  return environment;
}

/// What the child needs between fork and exec, prepared before the fork.
struct Becoming {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int in = STDIN_FILENO, out = STDOUT_FILENO, err = STDERR_FILENO;
  bool own_session = false;
  int gate = -1;
  int report = -1;
};

/// Runs between fork and exec, where only async-signal-safe calls are allowed.
[[noreturn]] void become(const Becoming& command, const SignalGuard& signals) {
  char go = 0;
  ssize_t got = 0;
  do got = ::read(command.gate, &go, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(exit_not_found);  // the parent ended without releasing the child
  if (command.own_session) {
    ::setsid();
    ::ioctl(command.in, TIOCSCTTY, 0);
  }
  ::dup2(command.in, STDIN_FILENO);
  ::dup2(command.out, STDOUT_FILENO);
  ::dup2(command.err, STDERR_FILENO);
  signals.restore_in_child();
  ::execvpe(command.arguments[0], command.arguments.data(), command.environment.data());
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(command.report, &error, sizeof error);
  ::_exit(means_not_found(error) ? exit_not_found : exit_not_executable);
}

/// Waits for this process only. Returns its exit status in the shell's form if it has ended.
std::optional<int> wait_for(pid_t pid, int options) {
  int status = 0;
  pid_t ended = 0;
  do ended = ::waitpid(pid, &status, options);
  while (ended < 0 && errno == EINTR);
  if (ended == 0) return std::nullopt;
  if (ended < 0) return exit_unknown;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<Child> Child::prepare(const ChildOptions& options, const SignalGuard& signals) {
  if (options.command.empty())
    return fail(ErrorKind::invalid, "run", "there is no command: joulecast run -- COMMAND");
  auto streams = make_streams(options.watch_output);
  if (!streams) return propagate(streams.error());
  auto gate = make_pipe();
  if (!gate) return propagate(gate.error());
  auto report = make_pipe();
  if (!report) return propagate(report.error());

  const auto& childs = streams->childs;
  const auto environment = environment_with(options.environment);
  Becoming command{pointers_to(options.command), pointers_to(environment)};
  if (childs.out) command.out = childs.out.get();
  if (childs.out_is_input) command.in = command.out;
  if (childs.out_is_error) command.err = command.out;
  if (childs.err) command.err = childs.err.get();
  command.own_session = streams->ours.own_session;
  command.gate = gate->read_end.get();
  command.report = report->write_end.get();

  Child child;
  child.name_ = options.command.front();
  child.pid_ = ::fork();
  if (child.pid_ < 0) return fail(ErrorKind::retry, child.name_, "cannot fork: {}", std::strerror(errno));
  if (child.pid_ == 0) {
    gate->write_end.reset();  // otherwise the child would not notice the end of the parent
    become(command, signals);
  }
  child.leads_session_ = streams->ours.own_session;
  child.streams_ = std::move(streams->ours);
  child.gate_ = std::move(gate->write_end);
  child.report_ = std::move(report->read_end);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      streams_(std::move(other.streams_)),
      gate_(std::move(other.gate_)),
      report_(std::move(other.report_)),
      name_(std::move(other.name_)),
      leads_session_(other.leads_session_),
      ended_(other.ended_) {}

Child::~Child() {
  if (!gate_ || pid_ < 0) return;
  gate_.reset();
  (void)wait_for(pid_, 0);
}

Status Child::release() {
  const char go = 1;
  [[maybe_unused]] const auto put = ::write(gate_.get(), &go, 1);
  gate_.reset();
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report_.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  report_.reset();
  if (got <= 0) return {};
  (void)wait_for(pid_, 0);
  ended_ = true;
  if (means_not_found(error)) return fail(ErrorKind::unavailable, name_, "command not found");
  return fail(ErrorKind::denied, name_, "cannot be executed: {}", std::strerror(error));
}

void Child::send(int signal) const {
  if (ended_) return;
  ::kill(leads_session_ ? -pid_ : pid_, signal);
}

std::optional<int> Child::reap() {
  if (ended_) return std::nullopt;
  const auto status = wait_for(pid_, WNOHANG);
  ended_ = status.has_value();
  return status;
}

}  // namespace joulecast::run
