// Turns a program's output, in pieces of any length, into lines. Escape sequences, carriage returns and
// backspaces are dealt with here, once, so that no format sees them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace joulecast::progress {

class TerminalText {
 public:
  struct Row {
    std::string text;
    SteadyTime time;       ///< when its last character arrived
    bool redrawn = false;  ///< these as in Line
    bool ended = false;
    int below = 0;
  };

  /// Longer rows are dropped: no progress is that long.
  static constexpr std::size_t longest_row = 8192;

  /// Takes a piece of output; adds the rows that it ended to `rows`. A row ends with \n, or when the cursor
  /// leaves it: \r, backspaces, a movement up or down.
  void feed(std::string_view bytes, SteadyTime time, std::vector<Row>& rows);
  /// Adds what stands on an unended row to `rows`, if it has changed since it was last added. Bars are drawn
  /// without an end: the next drawing may be minutes away. Call it when output has been quiet for a while,
  /// and at the end.
  void settle(std::vector<Row>& rows);

 private:
  enum class Escape { none, begun, control, string, string_escape };

  void take(char c, SteadyTime time, std::vector<Row>& rows);
  void take_escape(char c, std::vector<Row>& rows);
  void end_control(char c, std::vector<Row>& rows);
  /// What ends a row: a newline, or a movement of the cursor.
  enum class Ending { newline, moved, moved_up };
  void end_row(std::vector<Row>& rows, Ending ending);

  std::string text_;
  SteadyTime time_;
  bool redrawn_ = false;
  bool returned_ = false;  ///< after \r: whether the row is drawn over depends on what comes next
  bool overlong_ = false;
  bool settled_ = false;  ///< text_ was given out by settle() and has not changed
  int newlines_ = 0;      ///< just before this row
  int row_newlines_ = 0;  ///< those before the text of this row
  Escape escape_ = Escape::none;
  std::string parameters_;  ///< of the control sequence
};

}  // namespace joulecast::progress
