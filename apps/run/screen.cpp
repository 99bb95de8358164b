#include "run/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "run/write_all.hpp"

namespace joulecast::run {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";
constexpr int last_patience_ms = 1000;  ///< how long the last lines wait for a reader

/// Counts characters, not bytes: continuation bytes of UTF-8 have no width.
std::string cut_to(const std::string& line, int columns) {
  int used = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) == 0x80) continue;
    if (++used >= columns) return line.substr(0, i);
  }
  return line;
}

}  // namespace

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
  if (!can_write(STDERR_FILENO)) return;
  write_all(STDERR_FILENO, std::string(erase_line) + cut_to(line, terminal_columns()));
  drawn_ = true;
}

void Screen::clear() {
  const std::lock_guard guard(mutex_);
  if (drawn_ && can_write(STDERR_FILENO, last_patience_ms)) erase_locked();
  tell_locked(last_patience_ms);
}

void Screen::say(const std::string& line) {
  {
    const std::lock_guard guard(said_mutex_);
    said_.push_back(line);
  }
  if (const std::unique_lock lock(mutex_, std::try_to_lock); lock) tell_locked();
}

void Screen::tell_locked(int timeout_ms) {
  for (;;) {
    std::string line;
    {
      const std::lock_guard guard(said_mutex_);
      if (said_.empty() || !can_write(STDERR_FILENO, timeout_ms)) return;
      line = std::move(said_.front());
      said_.erase(said_.begin());
    }
    erase_locked();
    // If the child's output ends in the middle of a line, joulecast's line begins on the next.
    write_all(STDERR_FILENO, (at_line_start_ ? "" : "\r\n") + line + (live_ ? "\r\n" : "\n"));
    at_line_start_ = true;
  }
}

}  // namespace joulecast::run
