#include "run/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/system_error.hpp"
#include "run/program_file.hpp"
#include "run/session_leader.hpp"

namespace joulecast::run {
namespace {

bool means_not_found(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
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
  int gate = -1;
  int report = -1;
  /// The file, if it is none that a shell would run as a script. The C library gives every file that is not
  /// executable by itself to /bin/sh, also programs of another kind of machine.
  std::string binary = {};
  std::optional<cpu_set_t> cpus = {};
  bool dies_with_parent = false;
};

std::optional<cpu_set_t> set_of(const std::vector<int>& cpus) {
  if (cpus.empty()) return std::nullopt;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus)
    if (cpu >= 0 && cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  return set;
}

/// Runs between fork and exec, where only async-signal-safe calls are allowed.
[[noreturn]] void become(const Becoming& command, const SignalGuard& signals) {
  char go = 0;
  ssize_t got = 0;
  do got = ::read(command.gate, &go, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(exit_not_found);  // the parent ended without releasing the child
  ::dup2(command.in, STDIN_FILENO);
  ::dup2(command.out, STDOUT_FILENO);
  ::dup2(command.err, STDERR_FILENO);
  signals.restore_in_child();
  if (command.cpus) ::sched_setaffinity(0, sizeof *command.cpus, &*command.cpus);
  if (command.dies_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!command.binary.empty())
    ::execve(command.binary.c_str(), command.arguments.data(), command.environment.data());
  if (command.binary.empty() || errno != ENOEXEC)
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
  return shell_status(status);
}

/// How long a leader may take to end once nobody needs its terminal.
constexpr int leader_patience_ms = 200;

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
  if (auto file = find_program(options.command.front()); looks_binary(file)) command.binary = std::move(file);
  if (childs.out) command.out = childs.out.get();
  if (childs.out_is_input) command.in = command.out;
  if (childs.out && childs.out_is_error) command.err = command.out;
  if (childs.err) command.err = childs.err.get();
  command.cpus = set_of(options.cpus);
  command.dies_with_parent = options.dies_with_parent;
  command.gate = gate->read_end.get();
  command.report = report->write_end.get();

  Child child;
  child.name_ = options.command.front();
  child.leads_session_ = streams->ours.own_session;
  Pipe news, stay;
  if (child.leads_session_) {
    auto first = make_pipe();
    if (!first) return propagate(first.error());
    auto second = make_pipe();
    if (!second) return propagate(second.error());
    news = std::move(*first);
    stay = std::move(*second);
  }
  child.pid_ = ::fork();
  if (child.pid_ < 0) return fail(ErrorKind::retry, child.name_, "cannot fork: {}", std::strerror(errno));
  if (child.pid_ == 0) {
    gate->write_end.reset();  // otherwise the child would not notice the end of the parent
    stay.write_end.reset();
    if (child.leads_session_) lead_session({command.out, news.write_end.get(), stay.read_end.get()});
    become(command, signals);
  }
  child.command_ = child.pid_;
  child.streams_ = std::move(streams->ours);
  child.streams_.session = std::move(stay.write_end);
  child.gate_ = std::move(gate->write_end);
  child.report_ = std::move(report->read_end);
  child.news_ = std::move(news.read_end);
  news.write_end.reset();
  if (child.leads_session_)
    if (const auto began = child.meet_leader(); !began) return propagate(began.error());
  return child;
}

/// Learns from the leader which process will be the command.
Status Child::meet_leader() {
  SessionNews news;
  ssize_t got = 0;
  do got = ::read(news_.get(), &news, sizeof news);
  while (got < 0 && errno == EINTR);
  if (got != sizeof news || news.kind != SessionNews::began)
    return fail(ErrorKind::retry, name_, "cannot fork: {}",
                std::strerror(news.kind == SessionNews::refused ? news.value : ECHILD));
  command_ = news.value;
  ::fcntl(news_.get(), F_SETFL, O_NONBLOCK);
  return {};
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      command_(other.command_),
      streams_(std::move(other.streams_)),
      gate_(std::move(other.gate_)),
      report_(std::move(other.report_)),
      news_(std::move(other.news_)),
      name_(std::move(other.name_)),
      leads_session_(other.leads_session_),
      ended_(other.ended_),
      stopped_(other.stopped_) {}

Child::~Child() {
  if (pid_ < 0) return;
  const bool released = !gate_;
  gate_.reset();
  streams_ = {};
  if (!leads_session_ && !released) (void)wait_for(pid_, 0);
  if (!leads_session_) return;
  // The leader stays if something that the command left behind still uses the terminal.
  pollfd waiting{news_.get(), 0, 0};
  ::poll(&waiting, 1, leader_patience_ms);
  (void)wait_for(pid_, WNOHANG);
}

Status Child::release() {
  const char go = 1;
  while (::write(gate_.get(), &go, 1) < 0 && errno == EINTR) {
  }
  gate_.reset();
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report_.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  report_.reset();
  if (got <= 0) return {};
  if (!leads_session_) (void)wait_for(pid_, 0);
  ended_ = true;
  if (means_not_found(error)) {
    // The kernel reports a missing interpreter like a missing file.
    if (name_.find('/') == std::string::npos || ::access(name_.c_str(), F_OK) != 0)
      return fail(ErrorKind::unavailable, name_, "command not found");
    const auto interpreter = interpreter_of(name_);
    return fail(ErrorKind::unavailable, name_, "cannot be executed: its interpreter {} is missing",
                interpreter.empty() ? "or loader" : "'" + interpreter + "'");
  }
  if (error == ENOEXEC)
    return fail(ErrorKind::denied, name_, "cannot be executed: it is no program of this kind of machine");
  return fail(ErrorKind::denied, name_, "cannot be executed: {}", std::strerror(error));
}

void Child::send(int signal) const {
  if (ended_) return;
  ::kill(leads_session_ ? -command_ : command_, signal);
}

std::optional<int> Child::reap() {
  if (ended_) return std::nullopt;
  const auto status = leads_session_ ? hear_leader() : wait_for(pid_, WNOHANG);
  ended_ = status.has_value();
  return status;
}

/// Reads what the leader has told since the last call. If somebody killed the leader, the command may have
/// become a child of this process.
std::optional<int> Child::hear_leader() {
  for (;;) {
    SessionNews news;
    const auto got = ::read(news_.get(), &news, sizeof news);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got != sizeof news) {
      lost_leader_ = true;
      return wait_for(command_, WNOHANG);
    }
    if (news.kind == SessionNews::stopped) stopped_ = true;
    if (news.kind == SessionNews::ended) return news.value;
  }
}

}  // namespace joulecast::run
