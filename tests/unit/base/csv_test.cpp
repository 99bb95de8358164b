#include "base/csv.hpp"

#include <gtest/gtest.h>

namespace joulecast {
namespace {

TEST(ParseCsv, ReadsQuotesCommentsAndLineEnds) {
  const auto table =
      parse_csv("\xEF\xBB\xBF# a note\r\nname,tdp\r\n\"a, \"\"b\"\"\",\r\n\nplain,65", "t.csv");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->header, (std::vector<std::string>{"name", "tdp"}));
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(table->rows[0].cells, (std::vector<std::string>{"a, \"b\"", ""}));
  EXPECT_EQ(table->rows[1].cells[1], "65");
  EXPECT_EQ(table->place(table->rows[1]), "t.csv:5");
  EXPECT_EQ(table->needed_column("tdp"), 1U);
  EXPECT_EQ(table->needed_column("watts").error().message, "has no column 'watts'");
}

TEST(ParseCsv, NamesTheLineThatIsWrong) {
  const auto reason = [](std::string_view text) { return to_string(parse_csv(text, "t.csv").error()); };
  EXPECT_EQ(reason("a,b\n1,2\n3\n"), "t.csv:3: 1 cells where the header has 2");
  EXPECT_EQ(reason("a,b\n\"1,2\n"), "t.csv:2: a quote is not closed");
  EXPECT_EQ(reason(""), "t.csv: has no header line");
}

}  // namespace
}  // namespace joulecast
