#include "run/escape_scanner.hpp"

#include <algorithm>

namespace joulecast::run {
namespace {

constexpr char escape = '\x1b';
constexpr int largest_parameter = 99'999;

/// How many bytes a UTF-8 character has after this first one.
int bytes_after(unsigned char first) {
  if (first >= 0xF0) return 3;
  if (first >= 0xE0) return 2;
  return first >= 0xC0 ? 1 : 0;
}

/// Private modes that change where output goes: 132 columns, origin, alternate screens, saved cursor, side
/// margins.
bool is_mode_of_the_screen(int mode) {
  constexpr std::array modes{3, 6, 47, 69, 1047, 1048, 1049};
  return std::ranges::find(modes, mode) != modes.end();
}

}  // namespace

void EscapeScanner::note_text(std::string_view text) {
  for (const char c : text.substr(text.size() > 4 ? text.size() - 4 : 0)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC0)
      missing_ = bytes_after(byte);
    else
      missing_ = byte >= 0x80 ? std::max(0, missing_ - 1) : 0;
  }
}

EscapeScanner::Reading EscapeScanner::scan(std::string_view bytes) {
  std::size_t read = 0, begin = 0;
  while (read < bytes.size()) {
    if (state_ == State::text) {
      const auto at = std::min(bytes.find(escape, read), bytes.size());
      note_text(bytes.substr(read, at - read));
      if (at == bytes.size()) return {Found::nothing, at, at};
      missing_ = 0;
      begin = at;
      read = at + 1;
      state_ = State::escape;
      intermediate_ = 0;
    } else if (const auto found = take(bytes[read++]); found != Found::nothing) {
      return {found, read, begin};
    }
  }
  return {Found::nothing, read, begin};
}

EscapeScanner::Found EscapeScanner::take(char c) {
  const bool cancelled = c == '\x18' || c == '\x1a';
  if (cancelled) state_ = State::text;
  if (cancelled) return Found::nothing;
  switch (state_) {
    case State::string:
      if (c == '\a') state_ = State::text;
      if (c == escape) state_ = State::string_escape;
      return Found::nothing;
    case State::string_escape:
      if (c == '\\') {
        state_ = State::text;
        return Found::nothing;
      }
      state_ = State::escape;
      intermediate_ = 0;
      return take_escape(c);
    case State::control:
      return take_control(c);
    case State::escape:
    case State::intermediate:
      return take_escape(c);
    case State::text:
      break;
  }
  return Found::nothing;
}

EscapeScanner::Found EscapeScanner::take_escape(char c) {
  if (c == escape) {
    state_ = State::escape;
    intermediate_ = 0;
    return Found::nothing;
  }
  if (c >= 0 && c < ' ') return Found::nothing;  // a control character within a sequence acts by itself
  if (c >= ' ' && c <= '/') {
    intermediate_ = c;
    state_ = State::intermediate;
    return Found::nothing;
  }
  const char intermediate = intermediate_;
  state_ = State::text;
  if (intermediate == '#') return c == '8' ? Found::takes_over : Found::nothing;
  if (intermediate != 0) return Found::nothing;  // the choice of a character set
  switch (c) {
    case '[':
      begin_control();
      return Found::nothing;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      state_ = State::string;
      return Found::nothing;
    case '7':
    case '8':
    case 'c':
      return Found::takes_over;
    default:
      return Found::nothing;
  }
}

void EscapeScanner::begin_control() {
  state_ = State::control;
  prefix_ = 0;
  intermediate_ = 0;
  parameters_ = {};
  count_ = 0;
}

EscapeScanner::Found EscapeScanner::take_control(char c) {
  if (c == escape) {
    state_ = State::escape;
    intermediate_ = 0;
    return Found::nothing;
  }
  if (c >= '0' && c <= '9') {
    count_ = std::max<std::size_t>(count_, 1);
    if (count_ <= parameters_.size()) {
      auto& value = parameters_[count_ - 1];
      value = std::min(largest_parameter, value * 10 + (c - '0'));
    }
  } else if (c == ';' || c == ':') {
    count_ = std::max<std::size_t>(count_, 1) + 1;
  } else if (c >= '<' && c <= '?') {
    prefix_ = c;
  } else if (c >= ' ' && c <= '/') {
    intermediate_ = c;
  } else if (c >= '@' && c <= '~') {
    state_ = State::text;
    return meaning_of(c);
  }
  return Found::nothing;
}

EscapeScanner::Found EscapeScanner::meaning_of(char final) const {
  if (intermediate_ == '!' && final == 'p') return Found::takes_over;  // soft reset
  if (intermediate_ != 0) return Found::nothing;
  if (prefix_ == '?' && (final == 'h' || final == 'l')) {
    const auto end = parameters_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, parameters_.size()));
    return std::any_of(parameters_.begin(), end, is_mode_of_the_screen) ? Found::takes_over : Found::nothing;
  }
  if (final == 'J') return Found::erased;
  if (prefix_ != 0) return Found::nothing;
  switch (final) {
    case 'r':
    case 's':
    case 'u':
      return Found::takes_over;
    case 'H':
    case 'f':
    case 'd':
      return rows_ > 0 && parameters_[0] > rows_ ? Found::takes_over : Found::nothing;
    default:
      return Found::nothing;
  }
}

}  // namespace joulecast::run
