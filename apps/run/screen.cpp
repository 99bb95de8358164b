#include "run/screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace joulecast::run {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

/// Characters, not bytes: the continuation bytes of UTF-8 take no column.
std::string cut_to(const std::string& line, int columns) {
  int used = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) == 0x80) continue;
    if (++used >= columns) return line.substr(0, i);
  }
  return line;
}

}  // namespace

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {  // somebody made our stream non-blocking: wait as a blocking one would
      pollfd waiting{fd, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool can_show_live_line() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void Screen::erase_locked() {
  if (!drawn_) return;
  write_all(STDERR_FILENO, erase_line);
  drawn_ = false;
}

bool Screen::pass(int to, std::string_view bytes) {
  const std::lock_guard guard(mutex_);
  if (live_) erase_locked();
  if (!bytes.empty() && ::isatty(to) == 1) at_line_start_ = bytes.back() == '\n';
  const bool written = write_all(to, bytes);
  tell_locked();
  return written;
}

void Screen::draw(const std::string& line) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || !live_ || !at_line_start_) return;
  tell_locked();
  write_all(STDERR_FILENO, std::string(erase_line) + cut_to(line, terminal_columns()));
  drawn_ = true;
}

void Screen::clear() {
  const std::lock_guard guard(mutex_);
  erase_locked();
  tell_locked();
}

void Screen::say(const std::string& line) {
  {
    const std::lock_guard guard(said_mutex_);
    said_.push_back(line);
  }
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) tell_locked();
}

void Screen::tell_locked() {
  std::vector<std::string> lines;
  {
    const std::lock_guard guard(said_mutex_);
    lines = std::exchange(said_, {});
  }
  for (const auto& line : lines) {
    erase_locked();
    // A child in the middle of a line keeps it: ours begins on the next.
    write_all(STDERR_FILENO, (at_line_start_ ? "" : "\r\n") + line + (live_ ? "\r\n" : "\n"));
    at_line_start_ = true;
  }
}

}  // namespace joulecast::run
