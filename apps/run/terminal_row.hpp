// The control sequences that keep a row of a terminal for joulecast, or its window's title.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace joulecast::run {

/// Fewer rows than this are all left to the command.
constexpr int fewest_rows = 10;

/// A short text in memory of its own.
class ShortText {
 public:
  ShortText() = default;
  ShortText& add(std::string_view text);
  ShortText& add(int number);
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 2048> bytes_{};
  std::size_t size_ = 0;
};

/// Takes the bottom row of a terminal with this many rows out of what scrolls. The cursor stays where it is,
/// except that what stands in the bottom row moves up by one.
[[nodiscard]] ShortText take_row(int rows);
[[nodiscard]] ShortText draw_row(int rows, std::string_view text);
/// Clears the row and lets the whole screen scroll again. The cursor stays.
[[nodiscard]] ShortText give_row_back(int rows);
/// Lets the whole screen scroll. The cursor stays.
[[nodiscard]] std::string_view scroll_all_rows();
/// After the terminal's size has changed, nobody knows where the row is now, except that it is below the
/// cursor.
[[nodiscard]] ShortText clear_moved_row();

[[nodiscard]] std::string_view keep_title();
[[nodiscard]] ShortText set_title(std::string_view text);
[[nodiscard]] std::string_view restore_title();

}  // namespace joulecast::run
