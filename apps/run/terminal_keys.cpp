#include "run/terminal_keys.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace joulecast::run {

void TerminalKeys::resume() {
  reads_ = terminal_ >= 0 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

void TerminalKeys::move(const pollfd& input, const pollfd& output) {
  if (input.fd >= 0 && input.revents != 0) read();
  if (output.fd >= 0 && output.revents != 0) write();
}

void TerminalKeys::read() {
  const auto got = ::read(STDIN_FILENO, keys_.data(), keys_.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) return pause();  // the terminal was closed
  begin_ = 0;
  size_ = static_cast<std::size_t>(got);
  look_for_interrupt({keys_.data(), size_});
  write();
}

void TerminalKeys::write() {
  const auto put = ::write(terminal_, keys_.data() + begin_, size_);
  if (put < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (put < 0) pause();
  const auto written = put < 0 ? size_ : static_cast<std::size_t>(put);
  begin_ += written;
  size_ -= written;
}

/// Keys have the meaning that the command's terminal gives them at this moment.
void TerminalKeys::look_for_interrupt(std::string_view keys) {
  termios mode{};
  if (::tcgetattr(terminal_, &mode) != 0 || (mode.c_lflag & ISIG) == 0) return;
  interrupted_ |= std::ranges::any_of(keys, [&](char key) {
    const auto typed = static_cast<cc_t>(key);
    return typed != _POSIX_VDISABLE && (typed == mode.c_cc[VINTR] || typed == mode.c_cc[VQUIT]);
  });
}

bool TerminalKeys::take_interrupt() {
  return std::exchange(interrupted_, false);
}

}  // namespace joulecast::run
