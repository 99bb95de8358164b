#include "run/terminal_keys.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace joulecast::run {
namespace {

bool is_in_foreground() {
  return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

bool has_line() {
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0 && waiting.revents == POLLIN;
}

}  // namespace

void TerminalKeys::take_lines() {
  if (terminal_ < 0 || size_ > 0 || !is_in_foreground()) return;
  termios mode{};
  if (::tcgetattr(STDIN_FILENO, &mode) != 0 || (mode.c_lflag & ICANON) == 0) return;
  begin_ = 0;
  const auto ends_line = [&](char last) {
    const auto typed = static_cast<cc_t>(last);
    return last == '\n' ||
           (typed != _POSIX_VDISABLE && (typed == mode.c_cc[VEOL] || typed == mode.c_cc[VEOL2]));
  };
  while (size_ + 1 < keys_.size() && has_line()) {
    const auto room = keys_.size() - size_ - 1;
    const auto got = ::read(STDIN_FILENO, keys_.data() + size_, room);
    if (got < 0) break;
    size_ += static_cast<std::size_t>(got);
    const bool is_whole = static_cast<std::size_t>(got) < room;
    if (is_whole && (got == 0 || !ends_line(keys_[size_ - 1]))) add_end_of_file();
  }
  if (size_ > 0) write();
}

void TerminalKeys::resume() {
  reads_ = terminal_ >= 0 && is_in_foreground();
}

void TerminalKeys::move(const pollfd& input, const pollfd& output) {
  if (input.fd >= 0 && input.revents != 0) read((input.revents & POLLHUP) != 0);
  if (output.fd >= 0 && output.revents != 0) write();
}

void TerminalKeys::read(bool hung_up) {
  const auto got = ::read(STDIN_FILENO, keys_.data(), keys_.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got < 0 || (got == 0 && hung_up)) return pause();  // the terminal was closed
  begin_ = 0;
  size_ = static_cast<std::size_t>(got);
  if (got == 0) add_end_of_file();  // somebody has given the terminal lines again
  look_for_interrupt({keys_.data(), size_});
  write();
}

/// The key that the command's terminal knows.
void TerminalKeys::add_end_of_file() {
  termios mode{};
  constexpr char usual = '\x04';
  const bool known = ::tcgetattr(terminal_, &mode) == 0 && mode.c_cc[VEOF] != _POSIX_VDISABLE;
  keys_[size_++] = known ? static_cast<char>(mode.c_cc[VEOF]) : usual;
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
