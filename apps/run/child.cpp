#include "run/child.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace joulecast::run {
namespace {

/// The child's three streams as it gets them, and our ends.
struct Streams {
  int in = STDIN_FILENO, out = STDOUT_FILENO, err = STDERR_FILENO;
  Wiring ours;
};

void close_if_open(int fd) {
  if (fd > STDERR_FILENO) ::close(fd);
}

Status make_pipe(int& read_end, int& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorKind::retry, "pipe", "{}", std::strerror(errno));
  read_end = ends[0];
  write_end = ends[1];
  return {};
}

/// A terminal like ours. Without a session of its own the child's bytes must not be changed on the way: our
/// terminal will do its output processing anyway.
Status make_pty(bool own_session, int& master, int& slave) {
  termios mode{};
  winsize size{};
  const bool known = ::tcgetattr(STDOUT_FILENO, &mode) == 0;
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  if (known && !own_session) mode.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  if (::openpty(&master, &slave, nullptr, known ? &mode : nullptr, &size) != 0)
    return fail(ErrorKind::retry, "pty", "{}", std::strerror(errno));
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave, F_SETFD, FD_CLOEXEC);
  return {};
}

Result<Streams> make_streams(bool watch_output) {
  Streams streams;
  if (!watch_output) return streams;
  const bool in_tty = ::isatty(STDIN_FILENO) == 1;
  const bool out_tty = ::isatty(STDOUT_FILENO) == 1;
  const bool err_tty = ::isatty(STDERR_FILENO) == 1;
  if (out_tty) {
    streams.ours.terminal = true;
    streams.ours.own_session = in_tty;
    if (const auto made = make_pty(in_tty, streams.ours.out, streams.out); !made)
      return propagate(made.error());
    if (in_tty) {
      streams.in = streams.out;
      streams.ours.in = streams.ours.out;
    }
  } else if (const auto made = make_pipe(streams.ours.out, streams.out); !made) {
    return propagate(made.error());
  }
  if (out_tty && err_tty) {
    streams.err = streams.out;
  } else if (!err_tty) {
    // A terminal's standard error beside a piped standard output stays as it is: nothing there needs to be
    // read.
    if (const auto made = make_pipe(streams.ours.err, streams.err); !made) return propagate(made.error());
  }
  return streams;
}

/// Between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, const Streams& streams, const SignalGuard& signals, int gate,
                         int report) {
  char go = 0;
  ssize_t got = 0;
  do got = ::read(gate, &go, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(exit_not_found);  // never released
  if (streams.ours.own_session) {
    ::setsid();
    ::ioctl(streams.in, TIOCSCTTY, 0);
  }
  ::dup2(streams.in, STDIN_FILENO);
  ::dup2(streams.out, STDOUT_FILENO);
  ::dup2(streams.err, STDERR_FILENO);
  signals.restore_in_child();
  ::execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(report, &error, sizeof error);
  ::_exit(error == ENOENT || error == ENOTDIR ? exit_not_found : exit_not_executable);
}

}  // namespace

Result<Child> Child::prepare(const ChildOptions& options, const SignalGuard& signals) {
  if (options.command.empty())
    return fail(ErrorKind::invalid, "run", "there is no command: joulecast run -- COMMAND");
  auto streams = make_streams(options.watch_output);
  if (!streams) return propagate(streams.error());
  int gate_read = -1, report_write = -1;
  Child child;
  child.name_ = options.command.front();
  child.wiring_ = streams->ours;
  if (const auto made = make_pipe(gate_read, child.gate_); !made) return propagate(made.error());
  if (const auto made = make_pipe(child.report_, report_write); !made) return propagate(made.error());

  // A daemonising grandchild becomes ours, so that it stays in the measured tree.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const auto& word : options.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  child.pid_ = ::fork();
  if (child.pid_ < 0) return fail(ErrorKind::retry, child.name_, "cannot fork: {}", std::strerror(errno));
  if (child.pid_ == 0) {
    ::close(child.gate_);
    become(arguments.data(), *streams, signals, gate_read, report_write);
  }
  ::close(gate_read);
  ::close(report_write);
  close_if_open(streams->out);
  if (streams->err != streams->out) close_if_open(streams->err);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      wiring_(std::exchange(other.wiring_, {})),
      gate_(std::exchange(other.gate_, -1)),
      report_(std::exchange(other.report_, -1)),
      name_(std::move(other.name_)),
      ended_(other.ended_) {}

Child::~Child() {
  const bool never_released = gate_ >= 0;
  close_if_open(gate_);
  if (never_released && pid_ > 0) ::waitpid(pid_, nullptr, 0);
  close_if_open(report_);
  close_if_open(wiring_.out);
  close_if_open(wiring_.err);
}

Status Child::release() {
  const char go = 1;
  [[maybe_unused]] const auto put = ::write(gate_, &go, 1);
  ::close(std::exchange(gate_, -1));
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report_, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  ::close(std::exchange(report_, -1));
  if (got <= 0) return {};
  ::waitpid(pid_, nullptr, 0);
  ended_ = true;
  if (error == ENOENT || error == ENOTDIR) return fail(ErrorKind::unavailable, name_, "command not found");
  return fail(ErrorKind::denied, name_, "cannot be executed: {}", std::strerror(error));
}

void Child::send(int signal) const {
  if (ended_) return;
  ::kill(wiring_.own_session ? -pid_ : pid_, signal);
}

std::optional<int> Child::reap() {
  std::optional<int> exit_status;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (ended <= 0) return exit_status;
    if (ended != pid_) continue;  // an orphan of the tree that came to us
    ended_ = true;
    exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

void Child::resize() const {
  winsize size{};
  if (wiring_.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    ::ioctl(wiring_.out, TIOCSWINSZ, &size);
}

}  // namespace joulecast::run
