// Moves what the user types to a command with a terminal of its own.
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace joulecast::run {

/// Only joulecast itself reads the user's terminal, and only while its job is in the foreground. If it is
/// killed, nobody does.
class TerminalKeys {
 public:
  /// `terminal`: the master of the command's terminal, non-blocking; -1 = the command reads joulecast's own
  /// standard input.
  explicit TerminalKeys(int terminal = -1) : terminal_(terminal) {}

  /// Before the relay takes the user's terminal: what was typed until then waits there as lines, and the keys
  /// that ended some of them (Ctrl-D) would become other characters.
  void take_lines();
  /// Begins or goes on, if this job is in the foreground.
  void resume();
  void pause() { reads_ = false; }

  /// What to wait for. Call move() with the results.
  [[nodiscard]] pollfd input() const { return {reads_ && size_ == 0 ? 0 : -1, POLLIN, 0}; }
  [[nodiscard]] pollfd output() const { return {size_ > 0 ? terminal_ : -1, POLLOUT, 0}; }
  void move(const pollfd& input, const pollfd& output);

  /// Whether a key was typed since the last call that interrupts the command (Ctrl-C, Ctrl-\).
  [[nodiscard]] bool take_interrupt();

 private:
  void read(bool hung_up);
  void add_end_of_file();
  void write();
  void look_for_interrupt(std::string_view keys);

  int terminal_;
  bool reads_ = false;
  bool interrupted_ = false;
  std::size_t begin_ = 0, size_ = 0;
  std::array<char, 4096> keys_{};
};

}  // namespace joulecast::run
