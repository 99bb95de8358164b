#include "formats/support/line_reader.hpp"

#include <gtest/gtest.h>

namespace joulecast::formats {
namespace {

TEST(LineReader, TakesATextThatIsNowhere) {
  LineReader lines("nothing", std::string_view{});
  const auto head = lines.head();
  ASSERT_TRUE(head);
  EXPECT_TRUE(head->empty());
  const auto block = lines.block();
  ASSERT_TRUE(block);
  EXPECT_TRUE(block->empty());
}

TEST(LineReader, EndsALineThatTheFileDoesNot) {
  LineReader lines("two", "one\ntwo");
  EXPECT_EQ(lines.block().value(), "one\n");
  EXPECT_FALSE(lines.cut_off());
  EXPECT_EQ(lines.block().value(), "two\n");
  EXPECT_TRUE(lines.cut_off());
}

TEST(LineReader, LeavesOutAnOverlongLineBetweenOthers) {
  constexpr std::size_t overlong = 600'000;
  const std::string text = "first\n" + std::string(overlong, 'x') + "\nlast\n";  // outlives the reader
  LineReader lines("log", text);
  EXPECT_EQ(lines.block().value(), "first\n");
  EXPECT_EQ(lines.block().value(), "last\n");
  EXPECT_EQ(lines.block().value(), "");
  EXPECT_EQ(lines.overlong_lines(), 1U);
}

}  // namespace
}  // namespace joulecast::formats
