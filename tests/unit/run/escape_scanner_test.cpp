#include "run/escape_scanner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace joulecast::run {
namespace {

using Found = EscapeScanner::Found;

constexpr int rows = 23;

/// The first thing that is found if the text comes in pieces of this size.
Found found_in(std::string_view text, std::size_t piece) {
  EscapeScanner scanner;
  scanner.set_rows(rows);
  for (std::size_t i = 0; i < text.size(); i += piece)
    if (const auto reading = scanner.scan(text.substr(i, piece)); reading.found != Found::nothing)
      return reading.found;
  return Found::nothing;
}

void expect(Found found, std::string_view text) {
  for (const std::size_t piece : {text.size(), std::size_t{1}, std::size_t{2}, std::size_t{3}})
    EXPECT_EQ(found_in(text, piece), found) << testing::PrintToString(text) << " in pieces of " << piece;
}

TEST(EscapeScanner, FindsProgramsThatUseTheScreenThemselves) {
  for (const auto* text : {"\x1b[?1049h", "text\x1b[?47h", "\x1b[?1047h", "\x1b[?25;1049h",
                           "\x1b"
                           "c",
                           "\x1b[!p", "\x1b[1;20r", "\x1b[r", "\x1b[;10r",
                           "\x1b"
                           "7",
                           "\x1b[s", "\x1b[?6h", "\x1b[?3h", "\x1b#8", "\x1b[24;1H", "\x1b[999;999H",
                           "\x1b[24d", "\x1b[m\x1b[?1049h"})
    expect(Found::takes_over, text);
}

TEST(EscapeScanner, LetsProgressBarsBe) {
  for (const auto* text :
       {"\r 45%|####5     | 45/100 [00:09<00:11,  4.9it/s]", "\x1b[A\x1b[A", "\r\x1b[2K\x1b[1A\x1b[2K",
        "\x1b[?25l\x1b[?25h", "\x1b[38;5;197m---\x1b[0m", "\x1b]0;a title with [1;20r inside\a", "\x1b[6n",
        "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "\x1b[?2004h", "\x1b[23;1H", "\x1b[H",
        "\x1b(B", "\x1bP1;20r\x1b\\", "\x1b[>4;2m", "\x1b[?1;20r", "7 c r \xe2\x96\x88\xe2\x96\x88",
        "\x1b[1;2\x18r"})
    expect(Found::nothing, text);
}

TEST(EscapeScanner, FindsWhatErasesTheScreen) {
  for (const auto* text : {"\x1b[J", "\x1b[2J", "\x1b[H\x1b[3J"}) expect(Found::erased, text);
}

TEST(EscapeScanner, SaysWhereASequenceBeginsAndEnds) {
  EscapeScanner scanner;
  const std::string_view text = "ab\x1b[mcd\x1b[?1049hef";
  const auto reading = scanner.scan(text);
  EXPECT_EQ(reading.found, Found::takes_over);
  EXPECT_EQ(text.substr(reading.begin, reading.read - reading.begin), "\x1b[?1049h");
}

TEST(EscapeScanner, KnowsWhenOursWouldMixWithTheirs) {
  EscapeScanner scanner;
  const auto rests_after = [&](std::string_view text) {
    (void)scanner.scan(text);
    return scanner.at_rest();
  };
  EXPECT_TRUE(rests_after("text"));
  EXPECT_FALSE(rests_after("\x1b[3"));
  EXPECT_TRUE(rests_after("1m"));
  EXPECT_FALSE(rests_after("\xe2\x96")) << "two bytes of three";
  EXPECT_TRUE(rests_after("\x88"));
  EXPECT_FALSE(rests_after("\x1b]0;title"));
  EXPECT_TRUE(rests_after("\a"));
  EXPECT_FALSE(rests_after("\xf0"));
  EXPECT_TRUE(rests_after("a")) << "no UTF-8 at all";
}

TEST(EscapeScanner, ReadsTheBeginningOfASequenceAgain) {
  EscapeScanner scanner;
  const auto first = scanner.scan("text\x1b[?10");
  EXPECT_TRUE(scanner.within_short_sequence());
  EXPECT_EQ(first.begin, 4U);
  scanner.begin_again();
  EXPECT_EQ(scanner.scan("\x1b[?1049h").found, Found::takes_over);
}

}  // namespace
}  // namespace joulecast::run
