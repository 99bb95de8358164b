#include "base/csv_scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace joulecast {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr CsvStyle strict{};
constexpr CsvStyle lenient{
    .separator = ',', .comments = false, .strict_quotes = false, .multiline_cells = true};
constexpr CsvStyle with_comments{
    .separator = ',', .comments = true, .strict_quotes = true, .multiline_cells = true};
constexpr CsvStyle tabs{.separator = '\t', .comments = false, .strict_quotes = true, .multiline_cells = true};

struct Case {
  const char* name;
  CsvStyle style;
  std::string text;
  Rows rows;
  std::vector<std::size_t> lines;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class WellFormed : public ::testing::TestWithParam<Case> {};

TEST_P(WellFormed, IsReadRowByRow) {
  CsvScanner scanner(GetParam().text, GetParam().style);
  Rows rows;
  std::vector<std::size_t> lines;
  for (CsvRow row; scanner.next(row);) {
    EXPECT_EQ(row.fault, CsvFault::none);
    rows.emplace_back(row.cells.begin(), row.cells.end());
    lines.push_back(row.line);
  }
  EXPECT_EQ(rows, GetParam().rows);
  EXPECT_EQ(lines, GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    Csv, WellFormed,
    ::testing::Values(
        Case{"nothing", strict, "", {}, {}}, Case{"only_line_ends", strict, "\n\r\n\r", {}, {}},
        Case{"one_cell", strict, "a", {{"a"}}, {1}},
        Case{"lf", strict, "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}, {1, 2}},
        Case{"crlf", strict, "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}, {1, 2}},
        Case{"cr", strict, "a\rb\r", {{"a"}, {"b"}}, {1, 2}},
        Case{"mixed_ends", strict, "a\r\nb\rc\nd", {{"a"}, {"b"}, {"c"}, {"d"}}, {1, 2, 3, 4}},
        Case{"byte_order_mark", strict, "\xEF\xBB\xBF\"a\",b\n", {{"a", "b"}}, {1}},
        Case{"blank_lines", strict, "\n \t\na\n\n\nb\n", {{"a"}, {"b"}}, {3, 6}},
        Case{"empty_cells", strict, ",\n,,\n", {{"", ""}, {"", "", ""}}, {1, 2}},
        Case{"no_end_after_a_separator", strict, "a,", {{"a", ""}}, {1}},
        Case{"a_quoted_empty_cell_is_a_row", strict, "\"\"\n", {{""}}, {1}},
        Case{"blanks_around", strict, " a ,\tb\t\n", {{"a", "b"}}, {1}},
        Case{"blanks_around_quotes", strict, " \" a \" ,b\n", {{" a ", "b"}}, {1}},
        Case{
            "separator_and_doubled_quotes", strict, "\"a, \"\"b\"\"\",\"\"\"\"\n", {{"a, \"b\"", "\""}}, {1}},
        Case{"a_quote_inside_is_a_character", strict, "5\" disk,b\n", {{"5\" disk", "b"}}, {1}},
        Case{
            "line_ends_in_a_cell", strict, "\"a\nb\r\nc\rd\",x\ny\n", {{"a\nb\r\nc\rd", "x"}, {"y"}}, {1, 5}},
        Case{"comments", with_comments, "# one\na\n#two,\"\n b#\n", {{"a"}, {"b#"}}, {2, 4}},
        Case{"no_comments", strict, "# one\na\n", {{"# one"}, {"a"}}, {1, 2}},
        Case{"tabs", tabs, "a\t b \t\"c\td\"\n", {{"a", "b", "c\td"}}, {1}},
        Case{"text_after_a_quote", lenient, "\"a\"b ,\"c \"\"d\" e\" \n", {{"ab", "c \"d e\""}}, {1}}),
    [](const auto& tested) { return tested.param.name; });

struct Fault {
  const char* name;
  CsvStyle style;
  std::string text;
  CsvFault fault;
  std::size_t line;                ///< of the fault
  std::vector<std::string> cells;  ///< cells before it
  std::size_t rows_after;
};
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class IllFormed : public ::testing::TestWithParam<Fault> {};

TEST_P(IllFormed, NamesTheFaultAndGoesOnBehindIt) {
  const auto& expected = GetParam();
  CsvScanner scanner(expected.text, expected.style);
  CsvRow row;
  do {
    ASSERT_TRUE(scanner.next(row));
  } while (row.fault == CsvFault::none);
  EXPECT_EQ(row.fault, expected.fault);
  EXPECT_EQ(row.fault_line, expected.line);
  EXPECT_EQ(std::vector<std::string>(row.cells.begin(), row.cells.end()), expected.cells);
  std::size_t after = 0;
  while (scanner.next(row)) ++after;
  EXPECT_EQ(after, expected.rows_after);
}

INSTANTIATE_TEST_SUITE_P(
    Csv, IllFormed,
    ::testing::Values(
        Fault{"open_at_the_end", strict, "a\nb,\"", CsvFault::open_quote, 2, {"b", ""}, 0},
        Fault{"open_over_lines", strict, "a\n\"b\nc\nd\n", CsvFault::open_quote, 2, {"b\nc\nd\n"}, 0},
        Fault{"open_in_a_log", csv_of_logs, "a\nx,\"b,c\nd\n", CsvFault::open_quote, 2, {"x", "b,c"}, 1},
        Fault{"doubled_at_the_end", strict, "\"a\"\"", CsvFault::open_quote, 1, {""}, 0},
        Fault{"text_behind", strict, "a\n\"b\nc\"d,e\nf\n", CsvFault::text_after_quote, 3, {"b\nc\"d"}, 1}),
    [](const auto& tested) { return tested.param.name; });

TEST(CsvScanner, CountsLinesFromWhereItIsTold) {
  CsvScanner scanner("a\nb\n", {}, 40);
  CsvRow row;
  ASSERT_TRUE(scanner.next(row));
  ASSERT_TRUE(scanner.next(row));
  EXPECT_EQ(row.line, 41U);
}

TEST(GuessCsvSeparator, TakesWhatTheHeaderHoldsMostOf) {
  EXPECT_EQ(guess_csv_separator("a,b;c,d\n;;;;"), ',');
  EXPECT_EQ(guess_csv_separator("\n\na;b;c,d"), ';');
  EXPECT_EQ(guess_csv_separator("\xEF\xBB\xBF\r\na\tb"), '\t');
  EXPECT_EQ(guess_csv_separator(""), ',');
}

}  // namespace
}  // namespace joulecast
