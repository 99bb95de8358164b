#include "run/terminal_row.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace joulecast::run {
namespace {

constexpr std::string_view save =
                               "\x1b"
                               "7",
                           restore =
                               "\x1b"
                               "8";

}  // namespace

ShortText& ShortText::add(std::string_view text) {
  const auto size = std::min(text.size(), bytes_.size() - size_);
  std::memcpy(bytes_.data() + size_, text.data(), size);
  size_ += size;
  return *this;
}

ShortText& ShortText::add(int number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return add({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

ShortText take_row(int rows) {
  // The line feed scrolls if the cursor is in the bottom row. To set a region moves the cursor.
  ShortText text;
  return text.add("\n").add(save).add("\x1b[1;").add(rows - 1).add("r").add(restore).add("\x1b[1A");
}

ShortText draw_row(int rows, std::string_view line) {
  ShortText text;
  return text.add(save).add("\x1b[").add(rows).add(";1H\x1b[0m\x1b[2K").add(line).add(restore);
}

ShortText give_row_back(int rows) {
  ShortText text;
  return text.add(save).add("\x1b[r\x1b[").add(rows).add(";1H\x1b[0m\x1b[2K").add(restore);
}

std::string_view scroll_all_rows() {
  return "\x1b"
         "7\x1b[r\x1b"
         "8";
}

ShortText clear_moved_row() {
  ShortText text;
  return text.add(save).add("\x1b[r").add(restore).add(save).add("\x1b[0m\x1b[J").add(restore);
}

std::string_view keep_title() {
  return "\x1b[22;2t";
}

ShortText set_title(std::string_view line) {
  ShortText text;
  return text.add("\x1b]2;").add(line).add("\a");
}

std::string_view restore_title() {
  return "\x1b[23;2t";
}

}  // namespace joulecast::run
