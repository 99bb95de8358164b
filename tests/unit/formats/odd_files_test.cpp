// Files as shells and spreadsheets leave them, and files that nobody should read.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/support/dialect.hpp"
#include "formats/support/log_time.hpp"
#include "support/imported.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::formats {
namespace {

using joulecast::testing::import_error;
using joulecast::testing::import_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string plain =
    "timestamp, name, power.draw [W]\n2024/03/05 10:00:00.000, NVIDIA A100, 200.50 W\n"
    "2024/03/05 10:00:10.000, NVIDIA A100, 200.50 W\n";

/// ASCII text as UTF-16.
std::string utf16(const std::string& text, bool big, bool mark) {
  std::string out;
  if (mark) out += big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char c : text) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

TEST(OddFiles, InUtf16AreRead) {
  for (const bool big : {false, true})
    for (const bool mark : {false, true}) {
      const auto imported = import_text("gpu.csv", utf16(plain, big, mark));
      EXPECT_NEAR(imported.joules(), 2005, 1e-9) << big << mark;
      EXPECT_EQ(imported.report.skipped_lines, 0u);
    }
}

TEST(OddFiles, WhateverTheReadsGiveUtf16IsDecoded) {
  // U+20AC in three bytes, U+1F600 in four, and half a pair; a read ends in the middle of each.
  const std::string bytes("\xFF\xFE\xAC\x20\x3D\xD8\x00\xDE\x3D\xD8\x41\x00", 12);
  std::size_t at = 0;
  LineReader lines("text", [&](char* to, std::size_t) -> Result<std::size_t> {
    const std::size_t count = at < bytes.size() ? 1 : 0;
    bytes.copy(to, count, at);
    at += count;
    return count;
  });
  EXPECT_EQ(*lines.block(), "\u20AC\U0001F600\uFFFD\u0041\n");
}

TEST(OddFiles, WithSemicolonsAndDecimalCommasAreRead) {
  const auto imported =
      import_text("gpu.csv",
                  "timestamp;name;power.draw [W]\n2024/03/05 10:00:00,000;NVIDIA A100;200,50 W\n"
                  "2024/03/05 10:00:10,000;NVIDIA A100;200,50 W\n");
  EXPECT_NEAR(imported.joules(), 2005, 1e-9);
  const auto tabs =
      import_text("own.csv", "time\tpower_w\n2024-03-05 10:00:00\t200,5\n2024-03-05 10:00:10\t200,5\n");
  EXPECT_NEAR(tabs.joules(), 2005, 1e-9);
}

TEST(OddFiles, WithEveryCellInQuotesAreRead) {
  const auto imported = import_text("gpu.csv",
                                    "\"timestamp\",\"name\",\"power.draw [W]\"\n"
                                    "\"2024/03/05 10:00:00.000\",\"NVIDIA A100\",\"200.50 W\"\n"
                                    "\"2024/03/05 10:00:10.000\",\"NVIDIA A100\",\"200.50 W\"\n");
  EXPECT_NEAR(imported.joules(), 2005, 1e-9);
  EXPECT_EQ(imported.run().info.training.gpu, "NVIDIA A100");
}

TEST(OddFiles, MayBeginWithOtherWords) {
  const auto imported = import_text("gpu.csv", "Warning: Permanently added 'node1' to the known hosts.\n\n" +
                                                   plain + "2024/03/05 10:00:20.000, NVIDIA A100, 2x W\n");
  EXPECT_NEAR(imported.joules(), 2005, 1e-9);
  EXPECT_THAT(imported.report.left, ElementsAre(HasSubstr("2 lines before the log: \"Warning")));
  EXPECT_THAT(imported.report.faults, ElementsAre(HasSubstr("gpu.csv:6:")));  // lines keep their numbers
}

TEST(OddFiles, WithAColumnThatHasNoValuesUseTheOneThatHas) {
  const auto imported =
      import_text("gpu.csv",
                  "timestamp, power.draw [W], power.draw.instant [W]\n"
                  "2024/03/05 10:00:00.000, [N/A], 200 W\n2024/03/05 10:00:10.000, [N/A], 200 W\n");
  EXPECT_NEAR(imported.joules(), 2000, 1e-9);
}

TEST(Dialects, OnlyNumbersGetAPoint) {
  const Dialect semicolons{.separator = ';', .quoted = false, .comma = CommaIn::decimals};
  EXPECT_EQ(in_plain_form("a, b;-1,5;1,2,3;2,5e-06;7,5 W\n\nx", semicolons),
            "\"a, b\",-1.5,\"1,2,3\",2.5e-06,7.5 W\n\nx");
  EXPECT_TRUE(dialect_of("a,b\n1,2\n").plain());
  EXPECT_TRUE(dialect_of("t,m\n10:00:00,97\n").plain());  // no decimals of a second: two cells
  EXPECT_TRUE(dialect_of("t,m\n10:00:00,970+00:00\n").comma_in_seconds);
}

TEST(LogTimes, GoOnBeyondADay) {
  constexpr std::int64_t hour = 3'600'000'000;
  for (const auto& [text, us] : {std::pair{"23:59:59", 24 * hour - 1'000'000},
                                 {"24:00:00", 24 * hour},
                                 {"100:30:00.5", 100 * hour + hour / 2 + 500'000},
                                 {"0-00:30:00", hour / 2},
                                 {"1-01:00:00", 25 * hour},
                                 {"1 day, 1:00:00", 25 * hour},
                                 {"3 days, 0:30:00.5", 72 * hour + hour / 2 + 500'000}}) {
    const auto time = parse_log_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->kind, LogTime::Kind::of_day) << text;
    EXPECT_EQ(time->us, us) << text;
  }
}

TEST(LogTimes, AreReadInTheFormsOfProgramsAndShells) {
  const std::int64_t ten = 1'793'872'800'000'000;  // date -u -d '2026-11-05 10:00:00' +%s
  for (const char* text :
       {"2026-11-05 10:00:00", "2026/11/05 10:00:00.000", "2026-11-05T11:00:00+01:00", "20261105 10:00:00",
        "Thu Nov  5 10:00:00 2026", "Thu Nov  5 10:00:00 UTC 2026", "Thu 05 Nov 2026 10:00:00 AM CET",
        "11-05-2026 10:00:00", "05.11.2026 10:00:00", "1793872800", "1793872800.0", "1793872800000",
        "1793872800000000", "1793872800000000000"}) {
    const auto time = parse_log_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->kind, LogTime::Kind::moment) << text;
    EXPECT_EQ(time->us, ten) << text;
  }
  EXPECT_TRUE(parse_log_time("Thu Nov  5 10:00:00 UTC 2026")->zoned);
  EXPECT_FALSE(parse_log_time("Thu Nov  5 10:00:00 CET 2026")->zoned);
  EXPECT_EQ(parse_log_time("Thu 05 Nov 2026 10:00:00 PM CET")->us, ten + 43'200'000'000);
  EXPECT_EQ(parse_log_time("Thu 05 Nov 2026 12:00:00 AM CET")->us, ten - 36'000'000'000);
  EXPECT_EQ(parse_log_time("10:00:00.5")->kind, LogTime::Kind::of_day);
  EXPECT_EQ(parse_log_time("10:00:00.5")->us, 36'000'500'000);
  for (const char* text :
       {"", "200.00", "Nov", "2026-13-05 10:00:00", "25:61:00", "1-2", "power", "99999999999999999999"})
    EXPECT_FALSE(parse_log_time(text)) << text;
  EXPECT_EQ(parse_start("2026-11-05")->us, ten - 36'000'000'000);
  EXPECT_EQ(parse_start("2026-11-05T10:00")->us, ten);
  EXPECT_FALSE(parse_start("10:00:00"));
  EXPECT_EQ(parse_elapsed("1.5")->us, 1'500'000);
}

// What is not a file, or too large.

Error path_error(const std::filesystem::path& path, const ImportOptions& options = {}) {
  trace::RunCollector collector;
  const auto report = import_path(path, options, collector);
  EXPECT_FALSE(report);
  return report ? Error{} : report.error();
}

TEST(Inputs, ThatAreNoFilesAreRefusedAtOnce) {
  const testing::TemporaryDirectory folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(path_error(pipe).message, HasSubstr("a named pipe"));
  EXPECT_THAT(path_error("/dev/zero").message, HasSubstr("a device"));
}

TEST(Inputs, LargerThanTheLimitAreRefusedAtOnce) {
  const testing::TemporaryDirectory folder;
  const auto sparse = folder.write("sparse.csv", plain);
  ASSERT_EQ(::truncate(sparse.c_str(), off_t{4} << 30), 0);
  EXPECT_THAT(path_error(sparse).message, HasSubstr("larger than 2000 MB; --max-size"));
  ImportOptions options;
  options.most_bytes = 10;
  EXPECT_THAT(path_error(folder.write("gpu.csv", plain), options).message, HasSubstr("--max-size"));
}

TEST(Inputs, ThroughAPipeAreReadUpToTheLimit) {
  const auto read_through_pipe = [](std::uint64_t most) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], plain.data(), plain.size()), static_cast<ssize_t>(plain.size()));
    ::close(ends[1]);
    trace::RunCollector collector;
    ImportOptions options;
    options.most_bytes = most;
    auto report = import_path(fmt::format("/dev/fd/{}", ends[0]), options, collector);
    ::close(ends[0]);
    return report;
  };
  EXPECT_TRUE(read_through_pipe(plain.size()));
  EXPECT_FALSE(read_through_pipe(plain.size() - 1));
}

TEST(Inputs, OfABundleAreBoundedToo) {
  const testing::TemporaryDirectory folder;
  folder.write("a/run.json", R"({"id": "one"})");
  const auto power = folder.write("a/power.csv", "time_s,gpu0_w\n0,1\n1,1\n");
  ASSERT_EQ(::truncate(power.c_str(), 100'000'000), 0);
  EXPECT_THAT(path_error(folder.path() / "a").where, HasSubstr("power.csv"));
  folder.write("b/power.csv", "time_s,gpu0_w\n0,1\n1,1\n");
  const auto description = folder.write("b/run.json", R"({"id": "one"})");
  ASSERT_EQ(::truncate(description.c_str(), 200'000'000), 0);
  EXPECT_THAT(path_error(folder.path() / "b").message, HasSubstr("larger than 16 MB"));
  folder.write("c/run.json", R"({"id": "one"})");
  std::filesystem::create_symlink("/dev/zero", folder.path() / "c/power.csv");
  EXPECT_THAT(path_error(folder.path() / "c").message, HasSubstr("a device"));
}

}  // namespace
}  // namespace joulecast::formats
