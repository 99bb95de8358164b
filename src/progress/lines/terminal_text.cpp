#include "progress/lines/terminal_text.hpp"

#include <utility>

namespace joulecast::progress {
namespace {

constexpr char escape = '\x1b';
constexpr std::size_t longest_control_sequence = 64;

}  // namespace

void TerminalText::end_row(std::vector<Row>& rows, Ending ending) {
  if (!text_.empty() && !overlong_ && !settled_)
    rows.push_back(
        {text_, time_, redrawn_, ending == Ending::newline, ending == Ending::moved_up ? row_newlines_ : 0});
  text_.clear();
  overlong_ = settled_ = returned_ = false;
  redrawn_ = ending != Ending::newline;
}

void TerminalText::settle(std::vector<Row>& rows) {
  if (text_.empty() || overlong_ || settled_) return;
  rows.push_back({text_, time_, redrawn_, false, 0});
  settled_ = true;
}

/// The last character of "ESC [ parameters c" (ECMA-48, 5.4). Colours and erasing change no text.
void TerminalText::end_control(char c, std::vector<Row>& rows) {
  switch (c) {
    case 'A':  // up
    case 'F':
      end_row(rows, Ending::moved_up);
      break;
    case 'B':  // down
    case 'E':
    case 'G':  // to a column
    case 'H':  // to a place
    case 'f':
      end_row(rows, Ending::moved);
      break;
    case 'C':  // to the right: columns of a table
      if (!text_.empty()) text_ += ' ';
      break;
    default:
      break;
  }
}

void TerminalText::take_escape(char c, std::vector<Row>& rows) {
  switch (escape_) {
    case Escape::begun:
      parameters_.clear();
      if (c == '[')
        escape_ = Escape::control;
      else if (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X')
        escape_ = Escape::string;
      else if (c < ' ' || c > '/')  // those in between announce one more character
        escape_ = Escape::none;
      break;
    case Escape::control:
      if (c >= '@' && c <= '~') {
        escape_ = Escape::none;
        end_control(c, rows);
      } else if (parameters_.size() < longest_control_sequence) {
        parameters_ += c;
      } else {
        escape_ = Escape::none;
      }
      break;
    case Escape::string:  // a window's title, a link
      if (c == '\a' || c == '\n') escape_ = Escape::none;
      if (c == escape) escape_ = Escape::string_escape;
      break;
    case Escape::string_escape:
      escape_ = c == '\\' ? Escape::none : Escape::string;
      break;
    case Escape::none:
      break;
  }
}

void TerminalText::take(char c, SteadyTime time, std::vector<Row>& rows) {
  if (escape_ != Escape::none) return take_escape(c, rows);
  if (c == escape) {
    escape_ = Escape::begun;
    return;
  }
  if (c == '\n') {
    const bool blank = text_.empty();
    end_row(rows, Ending::newline);
    newlines_ = blank ? newlines_ + 1 : 1;
    return;
  }
  if (c == '\r') {
    returned_ = true;
    return;
  }
  if (c == '\b') {
    if (!text_.empty()) end_row(rows, Ending::moved);
    return;
  }
  if (std::exchange(returned_, false)) end_row(rows, Ending::moved);
  if (static_cast<unsigned char>(c) < ' ' && c != '\t') return;
  if (text_.empty()) row_newlines_ = std::exchange(newlines_, 0);
  settled_ = false;
  time_ = time;
  if (text_.size() < longest_row)
    text_ += c;
  else
    overlong_ = true;
}

void TerminalText::feed(std::string_view bytes, SteadyTime time, std::vector<Row>& rows) {
  for (const char c : bytes) take(c, time, rows);
}

}  // namespace joulecast::progress
