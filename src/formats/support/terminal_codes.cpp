#include "formats/support/terminal_codes.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace joulecast::formats {
namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

class Cleaner {
 public:
  explicit Cleaner(ReadBytes read) : read_(std::move(read)) {}

  Result<std::size_t> read(char* to, std::size_t size) {
    for (;;) {
      const auto got = read_(to, size);
      if (!got || *got == 0) return got;
      const std::string_view block(to, *got);
      if (!returns_end_lines_) decide(block);
      const bool clean = state_ == State::text && !returns_end_lines_.value_or(false) &&
                         block.find(escape) == std::string_view::npos;
      const auto left = clean ? *got : keep_text(to, *got);
      if (left != 0) return left;
    }
  }

 private:
  enum class State { text, escaped, control, title };

  void decide(std::string_view block) {
    const auto end = block.find_first_of("\r\n");
    if (end == std::string_view::npos) return;
    returns_end_lines_ = block.find('\n') == std::string_view::npos;
  }

  /// Moves the text to the front and returns its length.
  std::size_t keep_text(char* bytes, std::size_t size) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const char c = bytes[i];
      if (!is_text(c)) continue;
      const bool feed_behind_return = c == '\n' && std::exchange(after_return_, c == '\r');
      after_return_ = c == '\r';
      if (!returns_end_lines_.value_or(false))
        bytes[kept++] = c;
      else if (!feed_behind_return)
        bytes[kept++] = c == '\r' ? '\n' : c;
    }
    return kept;
  }

  bool is_text(char c) {
    if (c == '\n' || c == '\r') state_ = State::text;  // a broken code ends with its line
    switch (state_) {
      case State::text:
        if (c == escape) state_ = State::escaped;
        return c != escape;
      case State::escaped:
        state_ = c == '[' ? State::control : c == ']' ? State::title : State::text;
        return false;
      case State::control:
        if (c >= '@' && c <= '~') state_ = State::text;
        return false;
      case State::title:
        if (c == bell) state_ = State::text;
        if (c == escape) state_ = State::escaped;
        return false;
    }
    return true;
  }

  ReadBytes read_;
  State state_ = State::text;
  std::optional<bool> returns_end_lines_;  ///< not known before the first line end
  bool after_return_ = false;
};

}  // namespace

ReadBytes without_terminal_codes(ReadBytes read) {
  return [cleaner = Cleaner(std::move(read))](char* to, std::size_t size) mutable {
    return cleaner.read(to, size);
  };
}

}  // namespace joulecast::formats
