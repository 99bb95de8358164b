// Logs as collectors, terminals and other programs leave them: with something before each line, coloured, in
// two encodings.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/support/line_prefix.hpp"
#include "formats/support/terminal_codes.hpp"
#include "formats/support/text_encoding.hpp"
#include "support/imported.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using ::testing::HasSubstr;

/// 11 rows of 200 W, a second apart, below a heading, each behind a prefix.
template <class Prefix>
std::string log_behind(Prefix prefix, const std::string& line_end = "\n") {
  auto text = prefix(0) + "timestamp,power_w" + line_end;
  for (int i = 0; i < 11; ++i) text += fmt::format("{}2026-11-05 10:00:{:02},200{}", prefix(i), i, line_end);
  return text;
}

std::string plain_log() {
  return log_behind([](int) { return std::string(); });
}

/// Reads a text in blocks of one size.
std::string read_all(ReadBytes read, std::size_t block) {
  std::string text, bytes(block, ' ');
  for (;;) {
    const auto got = read(bytes.data(), bytes.size());
    if (!got || *got == 0) return text;
    text.append(bytes, 0, *got);
  }
}

ReadBytes bytes_of(std::string_view text) {
  return [text](char* to, std::size_t size) mutable -> Result<std::size_t> {
    const auto count = text.copy(to, size);
    text.remove_prefix(count);
    return count;
  };
}

std::string utf16(std::string_view ascii, bool little) {
  std::string text;
  for (const char c : ascii) text += little ? std::string{c, '\0'} : std::string{'\0', c};
  return text;
}

TEST(CollectedText, WhatCollectorsPutBeforeEachLineIsLeftOut) {
  const auto joules = [](auto prefix) { return import_text("log.csv", log_behind(prefix)).joules(); };
  EXPECT_DOUBLE_EQ(joules([](int) { return std::string("0: "); }), 2000);
  EXPECT_DOUBLE_EQ(joules([](int) { return std::string(" 3: "); }), 2000);
  EXPECT_DOUBLE_EQ(joules([](int i) { return fmt::format("2026-11-05T10:00:{:02}.5Z ", i); }), 2000);
  EXPECT_DOUBLE_EQ(joules([](int i) { return fmt::format("2026-11-05T10:00:{:02}.5Z stdout F ", i); }), 2000);
  EXPECT_DOUBLE_EQ(joules([](int i) { return fmt::format("Nov  5 10:00:{:02} node1 log[12]: ", i); }), 2000);
  EXPECT_DOUBLE_EQ(joules([](int) { return std::string("logger-1  | "); }), 2000);
}

TEST(CollectedText, AMomentBeforeEachLineIsKeptIfItIsTheOnlyTime) {
  std::string text;
  for (int i = 0; i < 5; ++i)
    text += fmt::format(
        "2026-11-05T10:00:0{}Z RAM 10/78MB (lfb 4x4MB) CPU [5%@14] GR3D_FREQ 9% VDD_IN 9000mW/8500mW\n", i);
  EXPECT_DOUBLE_EQ(import_text("tegra.log", text).joules(), 36);
}

TEST(CollectedText, TheLinesOfSeveralTasksAreLogsOfTheirOwn) {
  const auto error = import_error("log.csv", log_behind([](int i) { return fmt::format("{}: ", i % 2); }));
  EXPECT_THAT(error.message, HasSubstr("several tasks"));
}

TEST(CollectedText, ATableIsNotTakenForAPrefix) {
  EXPECT_EQ(prefix_of_lines(plain_log()), LinePrefix::none);
  EXPECT_EQ(prefix_of_lines("a | b\n1 | 2\n"), LinePrefix::none);
  EXPECT_DOUBLE_EQ(import_text("log",
                               "timestamp | power_w\n2026-11-05 10:00:00 | 200\n"
                               "2026-11-05 10:00:02 | 200\n")
                       .joules(),
                   400);
}

TEST(CollectedText, ColoursAreLeftOut) {
  std::string text = "\x1b[1mtimestamp,power_w\x1b[0m\n";
  for (int i = 0; i < 11; ++i)
    text += fmt::format("\x1b[32m2026-11-05 10:00:{:02}\x1b[0m,\x1b[38;5;9m200\x1b[K\n", i);
  EXPECT_DOUBLE_EQ(import_text("log.csv", text).joules(), 2000);
}

TEST(CollectedText, CodesAreLeftOutWhereverABlockEnds) {
  const std::string coloured =
      "\x1b]0;title\x07"
      "a\x1b[1;31mb\x1b[0m\n\x1b[broken\nc\x1b"
      "7d\r\n";
  for (std::size_t block = 1; block < 12; ++block)
    EXPECT_EQ(read_all(without_terminal_codes(bytes_of(coloured)), block), "ab\nroken\ncd\r\n") << block;
}

TEST(CollectedText, CarriageReturnsEndLines) {
  EXPECT_DOUBLE_EQ(import_text("log.csv", log_behind([](int) { return std::string(); }, "\r")).joules(),
                   2000);
}

TEST(CollectedText, ACarriageReturnThatRewritesALineStays) {
  const std::string bar = "begin\n10 %\r20 %\r\n";
  EXPECT_EQ(read_all(without_terminal_codes(bytes_of(bar)), 64), bar);
}

TEST(CollectedText, AsciiBehindUtf16AndTheOtherWayRound) {
  const auto log = plain_log();
  const auto half = log.find('\n', log.size() / 2) + 1;
  for (const bool little : {true, false}) {
    const std::string mark = little ? "\xFF\xFE" : "\xFE\xFF";
    const auto ascii_behind = mark + utf16(log.substr(0, half), little) + log.substr(half);
    const auto ascii_before = log.substr(0, half) + utf16(log.substr(half), little);
    const auto marked_behind = log.substr(0, half) + mark + utf16(log.substr(half), little);
    for (const auto& text : {ascii_behind, ascii_before, marked_behind})
      for (const std::size_t block : {1, 3, 7, 4096})
        EXPECT_EQ(read_all(as_utf8(bytes_of(text)), block), log) << little << " " << block;
  }
}

TEST(CollectedText, ChineseInUtf16IsNotAscii) {
  const auto whole = std::string("\xFF\xFE\x2D\x4E\x87\x65", 6) + utf16(",1\n", true);
  EXPECT_EQ(read_all(as_utf8(bytes_of(whole)), 64), "\u4E2D\u6587,1\n");
}

TEST(CollectedText, ZerosInTurnStay) {
  const std::string damaged("a\0\0\0b\n", 6);
  for (const std::size_t block : {1, 2, 64}) EXPECT_EQ(read_all(as_utf8(bytes_of(damaged)), block), damaged);
}

}  // namespace
}  // namespace joulecast::formats
