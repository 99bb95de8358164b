#include "run/child_streams.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/system_error.hpp"

namespace joulecast::run {
namespace {

struct Terminal {
  Descriptor master;
  Descriptor slave;
};

Result<Descriptor> for_us_alone(Descriptor descriptor) {
  if (::fcntl(descriptor.get(), F_SETFD, FD_CLOEXEC) != 0) return fail_errno("terminal", errno);
  return above_standard_streams(std::move(descriptor));
}

/// A shell that waits for a line sets modes of its own (no echo, single keys), which are not for its jobs.
bool is_in_foreground(int terminal) {
  const pid_t group = ::tcgetpgrp(terminal);
  return group < 0 || group == ::getpgrp();
}

/// The modes of the child's terminal: those of joulecast's own (`like`), or a new terminal's. If the child
/// has no session of its own, output processing is switched off: joulecast's terminal does it, and it must
/// not happen twice.
void set_modes(int child, int like, bool own_session) {
  termios mode{};
  const int model = is_in_foreground(like) ? like : child;
  if (::tcgetattr(model, &mode) != 0 && ::tcgetattr(child, &mode) != 0) return;
  if (!own_session) mode.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  ::tcsetattr(child, TCSANOW, &mode);
}

Result<Terminal> make_terminal(int like, bool own_session) {
  winsize size{};
  ::ioctl(like, TIOCGWINSZ, &size);
  int master = -1, slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) return fail_errno("terminal", errno);
  Descriptor first(master), second(slave);
  set_modes(slave, like, own_session);
  auto ours = for_us_alone(std::move(first));
  if (!ours) return propagate(ours.error());
  auto childs = for_us_alone(std::move(second));
  if (!childs) return propagate(childs.error());
  return Terminal{std::move(*ours), std::move(*childs)};
}

/// Whether what is written to either stream ends up in the same place in the order of writing.
bool are_the_same(int first, int second) {
  struct stat one {
  }, other{};
  if (::fstat(first, &one) != 0 || ::fstat(second, &other) != 0) return false;
  if (one.st_dev != other.st_dev || one.st_ino != other.st_ino) return false;
  // A regular file that was opened twice has two positions.
  return !S_ISREG(one.st_mode) || ::lseek(first, 0, SEEK_CUR) == ::lseek(second, 0, SEEK_CUR);
}

Status connect_pipe(Descriptor& ours, Descriptor& childs) {
  auto pipe = make_pipe();
  if (!pipe) return propagate(pipe.error());
  ours = std::move(pipe->read_end);
  childs = std::move(pipe->write_end);
  return {};
}

Status connect_terminal(int like, bool own_session, Descriptor& ours, Descriptor& childs) {
  auto terminal = make_terminal(like, own_session);
  if (!terminal) return propagate(terminal.error());
  ours = std::move(terminal->master);
  childs = std::move(terminal->slave);
  return {};
}

/// Connects a stream of the child like joulecast's own stream.
Status connect(int like, bool own_session, Descriptor& ours, Descriptor& childs, bool& is_terminal) {
  is_terminal = ::isatty(like) == 1;
  return is_terminal ? connect_terminal(like, own_session, ours, childs) : connect_pipe(ours, childs);
}

}  // namespace

bool can_be_relayed(int stream) {
  const int mode = ::fcntl(stream, F_GETFL);
  if (mode < 0 || (mode & O_ACCMODE) == O_RDONLY || (mode & O_PATH) != 0) return false;
  struct stat about {};
  if (::fstat(stream, &about) != 0) return false;
  // /dev/null takes everything, and an output that nobody wants to see still tells of epochs.
  return !S_ISCHR(about.st_mode) || ::isatty(stream) == 1 || about.st_rdev == makedev(1, 3);
}

Result<StreamPair> make_streams(bool watch_output) {
  StreamPair pair;
  if (!watch_output) return pair;
  auto& [ours, childs] = pair;
  ours.own_session = can_be_relayed(STDOUT_FILENO) && ::isatty(STDOUT_FILENO) == 1 &&
                     ::isatty(STDIN_FILENO) == 1 && are_the_same(STDIN_FILENO, STDOUT_FILENO);
  childs.out_is_input = ours.own_session;
  ours.err_goes_with_out = childs.out_is_error = are_the_same(STDOUT_FILENO, STDERR_FILENO);
  if (can_be_relayed(STDOUT_FILENO))
    if (const auto connected =
            connect(STDOUT_FILENO, ours.own_session, ours.out, childs.out, ours.out_is_terminal);
        !connected)
      return propagate(connected.error());
  // Two different terminals: the child keeps the second one.
  if (childs.out_is_error || (ours.out_is_terminal && ::isatty(STDERR_FILENO) == 1)) return pair;
  if (!can_be_relayed(STDERR_FILENO)) return pair;
  if (const auto connected = connect(STDERR_FILENO, false, ours.err, childs.err, ours.err_is_terminal);
      !connected)
    return propagate(connected.error());
  return pair;
}

}  // namespace joulecast::run
