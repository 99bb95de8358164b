#include "base/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace joulecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CsvTable table_of(std::string text) {
  auto table = CsvTable::parse(std::move(text), "t.csv");
  EXPECT_TRUE(table) << to_string(table.error());
  return table ? *table : CsvTable{};
}
std::string error_of(std::string text) {
  const auto table = CsvTable::parse(std::move(text), "t.csv");
  return table ? "" : to_string(table.error());
}

TEST(CsvTable, ReadsPlainRows) {
  const auto table = table_of("gpu,energy\nA100,1.5\nV100, 2 \n");
  EXPECT_THAT(table.columns(), ElementsAre("gpu", "energy"));
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.text(1, 0), "V100");
  EXPECT_EQ(table.text(1, 1), "2");
  EXPECT_THAT(table.numbers("energy").value(), ElementsAre(1.5, 2.0));
}

TEST(CsvTable, ReadsQuotedCells) {
  const auto table = table_of("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\", \"\" \n");
  EXPECT_EQ(table.text(0, 0), "x, y");
  EXPECT_EQ(table.text(0, 1), "say \"hi\"");
  EXPECT_EQ(table.text(1, 0), "two\nlines");
  EXPECT_EQ(table.text(1, 1), "");
  EXPECT_EQ(table.where(1), "t.csv:3");
}

TEST(CsvTable, ToleratesLineEndsMarksAndBlankLines) {
  const auto table = table_of("\xef\xbb\xbf\r\na;b\r\n1;2\r\n\r\n3;4");
  EXPECT_THAT(table.columns(), ElementsAre("a", "b"));
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.text(1, 1), "4");
  EXPECT_EQ(table.where(1), "t.csv:5");
  EXPECT_EQ(table_of("a\rb\rc\r").rows(), 2u);
  EXPECT_THAT(table_of("a\tb, c\td\n1\t2\t3").columns(), ElementsAre("a", "b, c", "d"));
}

TEST(CsvTable, KeepsAnEmptyLastCell) {
  const auto table = table_of("a,b\n1,\n,\n");
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_TRUE(table.missing(0, 1));
  EXPECT_TRUE(table.missing(1, 0));
}

TEST(CsvTable, SaysWhereItIsBroken) {
  EXPECT_EQ(error_of("a,b\n1,2\n3\n"), "t.csv:3: 1 cells, where the header has 2");
  EXPECT_EQ(error_of("a,b\n1,2,3\n"), "t.csv:2: 3 cells, where the header has 2");
  EXPECT_EQ(error_of("a,b\n1,\"2\n3,4\n"), "t.csv:2: a quote opens here and never closes");
  EXPECT_EQ(error_of("a,b\n1,\"2\"x\n"), "t.csv:2: text after a closing quote");
  EXPECT_EQ(error_of(""), "t.csv: the table is empty: no header line");
  EXPECT_EQ(error_of("\n\n"), "t.csv: the table is empty: no header line");
}

TEST(CsvTable, NumbersAreNumbersMissingOrAnError) {
  const auto table = table_of("x\n1e3\nNA\nnan\n?\nnone\n+2\n");
  const auto values = table.numbers("x").value();
  EXPECT_EQ(values[0], 1000.0);
  for (int i : {1, 2, 3, 4}) EXPECT_FALSE(values[static_cast<std::size_t>(i)]);
  EXPECT_EQ(values[5], 2.0);

  for (const std::string bad : {"twelve", "inf", "-Infinity", "1,5x", "0x10", "1 2"}) {
    const auto broken = table_of("x\n1\n\"" + bad + "\"\n").numbers("x");
    ASSERT_FALSE(broken) << bad;
    EXPECT_EQ(to_string(broken.error()), "t.csv:3: column x: '" + bad + "' is not a finite number");
  }
}

TEST(CsvTable, FindsColumnsAndListsThemWhereNoneFits) {
  const auto table = table_of("F1,f1,gpu\n1,2,3\n");
  EXPECT_EQ(table.column("f1").value(), 1u);
  EXPECT_EQ(table.column("GPU").value(), 2u);
  EXPECT_EQ(to_string(table.column("energy").error()), "t.csv: no column energy; it has F1, f1, gpu");
  EXPECT_EQ(to_string(table_of("a,a\n1,2\n").column("a").error()), "t.csv: two columns are called a");
}

TEST(CsvTable, CopiesKeepTheTextThatCellsPointInto) {
  auto first = std::make_unique<CsvTable>(table_of("a\n\"say \"\"hi\"\"\"\nx\n"));
  const auto copy = *first;
  const auto moved = std::move(*first);
  first.reset();
  EXPECT_EQ(copy.text(0, 0), "say \"hi\"");
  EXPECT_EQ(moved.text(1, 0), "x");
}

TEST(CsvTable, SaysThatAFileIsNotThere) {
  testing::TemporaryDirectory folder;
  EXPECT_EQ(CsvTable::read(folder.path() / "no.csv").error().kind, ErrorKind::unavailable);
}

TEST(DataTable, ReadsQuotesCommentsAndLineEnds) {
  const auto table = CsvTable::parse("\xEF\xBB\xBF# a note\r\nname,tdp\r\n\"a, \"\"b\"\"\",\r\n\nplain,65",
                                     "t.csv", CsvKind::data);
  ASSERT_TRUE(table);
  EXPECT_THAT(table->columns(), ElementsAre("name", "tdp"));
  ASSERT_EQ(table->rows(), 2U);
  EXPECT_EQ(table->text(0, 0), "a, \"b\"");
  EXPECT_EQ(table->text(0, 1), "");
  EXPECT_EQ(table->text(1, 1), "65");
  EXPECT_EQ(table->where(1), "t.csv:5");
  EXPECT_EQ(table->line(1), 5U);
  EXPECT_EQ(table->needed_column("tdp"), 1U);
  EXPECT_EQ(table->needed_column("TDP").error().message, "has no column 'TDP'");
  EXPECT_FALSE(table->find("watts"));
}

TEST(DataTable, KnowsNothingButCommas) {
  EXPECT_THAT(CsvTable::parse("a;b;c,d\n1;2,3\n", "t.csv", CsvKind::data)->columns(),
              ElementsAre("a;b;c", "d"));
}

TEST(DataTable, NamesTheLineThatIsWrong) {
  const auto reason = [](std::string text) {
    return to_string(CsvTable::parse(std::move(text), "t.csv", CsvKind::data).error());
  };
  EXPECT_EQ(reason("a,b\n1,2\n3\n"), "t.csv:3: 1 cells where the header has 2");
  EXPECT_EQ(reason("a,b\n\"1,2\n"), "t.csv:2: a quote is not closed");
  EXPECT_EQ(reason(""), "t.csv: has no header line");
}

TEST(CsvCell, ReadsBackAsItWas) {
  for (const std::string text : {"plain", "a,b", "say \"x\"", " blank ", "two\nlines", "semi;colon", ""}) {
    const auto table = table_of("x,y\n" + csv_cell(text) + ",1\n");
    EXPECT_EQ(table.text(0, 0), text);
  }
}

}  // namespace
}  // namespace joulecast
