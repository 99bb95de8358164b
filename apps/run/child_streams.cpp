#include "run/child_streams.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

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

/// Opens a terminal with the settings of joulecast's own. If the child has no session of its own, output
/// processing is switched off: joulecast's terminal does it, and it must not happen twice.
Result<Terminal> make_terminal(bool own_session) {
  termios mode{};
  winsize size{};
  const bool known = ::tcgetattr(STDOUT_FILENO, &mode) == 0;
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  if (known && !own_session) mode.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  int master = -1, slave = -1;
  if (::openpty(&master, &slave, nullptr, known ? &mode : nullptr, &size) != 0)
    return fail_errno("terminal", errno);
  Descriptor first(master), second(slave);
  auto ours = for_us_alone(std::move(first));
  if (!ours) return propagate(ours.error());
  auto childs = for_us_alone(std::move(second));
  if (!childs) return propagate(childs.error());
  return Terminal{std::move(*ours), std::move(*childs)};
}

Status connect(Descriptor& ours, Descriptor& childs) {
  auto pipe = make_pipe();
  if (!pipe) return propagate(pipe.error());
  ours = std::move(pipe->read_end);
  childs = std::move(pipe->write_end);
  return {};
}

}  // namespace

Result<StreamPair> make_streams(bool watch_output) {
  StreamPair pair;
  if (!watch_output) return pair;
  auto& [ours, childs] = pair;
  const bool in_tty = ::isatty(STDIN_FILENO) == 1;
  const bool out_tty = ::isatty(STDOUT_FILENO) == 1;
  const bool err_tty = ::isatty(STDERR_FILENO) == 1;
  if (out_tty) {
    auto terminal = make_terminal(in_tty);
    if (!terminal) return propagate(terminal.error());
    ours.out = std::move(terminal->master);
    childs.out = std::move(terminal->slave);
    ours.terminal = true;
    ours.own_session = in_tty;
    childs.out_is_input = in_tty;
    childs.out_is_error = err_tty;
  } else if (const auto connected = connect(ours.out, childs.out); !connected) {
    return propagate(connected.error());
  }
  // If standard output is piped but standard error is a terminal, the child keeps that terminal: nothing on
  // it needs to be read.
  if (!err_tty)
    if (const auto connected = connect(ours.err, childs.err); !connected) return propagate(connected.error());
  return pair;
}

}  // namespace joulecast::run
