#include "base/printable.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

TEST(Printable, ControlsBecomeBlanks) {
  EXPECT_EQ(printable("a\x1b[31mb\a\r\n\tc\x7f"), "a [31mb    c ");
  EXPECT_EQ(printable("C1 \xc2\x9b"
                      "31m, NEL \xc2\x85"),
            "C1  31m, NEL  ");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8"),
            " evil    ");
}

TEST(Printable, InvisibleCharactersBecomeBlanks) {
  EXPECT_EQ(printable("a\u200bb\ufeffc\u2060d\u180ee\ufff9f\U000e0001g\U000e0041\U000e007f"),
            "a b c d e f g  ");
  EXPECT_EQ(printable_json("\"\ufeff\U000e0041\""), "\"\\ufeff\\udb40\\udc41\"");
}

TEST(Printable, OtherTextStays) {
  const std::string text = "naïve – 東京 µJ · ±5 % 🙂 \u200c\u200d \xc2\xa0";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, BytesThatAreNotUtf8AreMarked) {
  EXPECT_EQ(printable("caf\xe9"), "caf\xef\xbf\xbd");
  EXPECT_EQ(printable("\x9b"
                      "31m"),
            "\xef\xbf\xbd"
            "31m");
  EXPECT_EQ(printable("\xc0\x9b"), "\xef\xbf\xbd\xef\xbf\xbd");                  // an overlong ESC
  EXPECT_EQ(printable("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(printable("\xf0\x9f\x99"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // cut short
}

TEST(Printable, LinesMayStay) {
  EXPECT_EQ(printable_lines("a\nb\x1b\r"), "a\nb  ");
}

TEST(Printable, JsonKeepsItsMeaning) {
  EXPECT_EQ(printable_json("{\n \"a\": \"\x7f\xc2\x9b\xe2\x80\xae\"\n}"),
            "{\n \"a\": \"\\u007f\\u009b\\u202e\"\n}");
}

}  // namespace
}  // namespace joulecast
