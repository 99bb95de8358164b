// The user's terminal, shared between the child's output and our one live line.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace joulecast::run {

/// Output goes through at once and unchanged. The live line is drawn only where the cursor stands at the
/// start of a line, and taken away before the next byte of output. Whoever does not read (| less, Ctrl-S, a
/// full pipe) holds back the output and the relay that passes it, but never draw() and say().
class Screen {
 public:
  /// `live`: standard error is a terminal, and the user wants to see us there.
  explicit Screen(bool live) : live_(live) {}
  ~Screen() { clear(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// The child's bytes, to our standard output or error. False where nobody reads them any more.
  bool pass(int to, std::string_view bytes);
  /// Replaces the live line, unless output is on its way.
  void draw(const std::string& line);
  /// Takes the live line away and writes what was said, waiting a moment for a reader.
  void clear();
  /// A line of our own that stays; where output is on its way, after that.
  void say(const std::string& line);
  [[nodiscard]] bool live() const { return live_; }

 private:
  void erase_locked();
  void tell_locked(int timeout_ms = 0);

  std::mutex said_mutex_;
  std::vector<std::string> said_;  ///< lines that are not written yet
  std::mutex mutex_;
  bool live_;
  bool drawn_ = false;
  bool at_line_start_ = true;
};

/// Whether standard error is a terminal on which a line can be taken back.
[[nodiscard]] bool can_show_live_line();
/// Columns of the terminal on standard error; 80 where it does not say.
[[nodiscard]] int terminal_columns();

}  // namespace joulecast::run
