// The user's terminal, shared between the child's output and joulecast's live line.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::run {

/// Output is passed on at once and unchanged. The live line is drawn only if the cursor is at the start of a
/// line, and is removed before the next byte of output. A terminal or pipe that is not read (| less, Ctrl-S,
/// a full pipe) delays the output and the relay that passes it, but never draw() or say().
class Screen {
 public:
  /// `live`: standard error is a terminal, and the user wants to see the live line.
  explicit Screen(bool live) : live_(live) {}
  ~Screen() { clear(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Writes the child's bytes to standard output or error. False if nobody reads them any more.
  bool pass(int to, std::string_view bytes);
  /// Replaces the live line, unless output is being written.
  void draw(const std::string& line);
  /// Removes the live line and writes pending lines, waiting briefly for a reader.
  void clear();
  /// Prints a line that stays. If output is being written, the line follows it.
  void say(const std::string& line);
  [[nodiscard]] bool live() const { return live_; }

 private:
  void erase_locked();
  void tell_locked(int timeout_ms = 0);

  std::mutex said_mutex_;
  std::vector<std::string> said_;  ///< lines that have not been written yet
  std::mutex mutex_;
  bool live_;
  bool drawn_ = false;
  bool at_line_start_ = true;
};

/// Whether standard error is a terminal on which a line can be erased.
[[nodiscard]] bool can_show_live_line();
/// Columns of the terminal on standard error; 80 if unknown.
[[nodiscard]] int terminal_columns();

}  // namespace joulecast::run
