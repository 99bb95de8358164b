#include "report/tables/comparison_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/pictures/svg.hpp"

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

session::Comparison compare(std::string csv) {
  const session::RunTable table(CsvTable::parse(std::move(csv), "t.csv").value());
  return session::compare_runs(
             table,
             {.group = "gpu", .value = "energy", .by = "", .only = {}, .distinct = false, .options = {}})
      .value();
}

TEST(ComparisonReport, JsonNeverHoldsNanAndTextSaysTheConclusion) {
  const auto result = compare("gpu,energy\nA,5\nA,5\nA,5\nB,1\nB,2\nB,3\n");
  const auto json = to_json(result);
  EXPECT_THAT(json.dump(), Not(HasSubstr("nan")));
  EXPECT_TRUE(json["groups"][0]["median_interval"][0].is_null());
  EXPECT_EQ(json["test"]["name"], "mann-whitney");
  const auto text = to_text(result);
  EXPECT_THAT(text, HasSubstr("Conclusion:"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  EXPECT_THAT(to_csv(result), HasSubstr("pair,B,A,3,3,2,5,cliffs_delta,-1"));
}

TEST(ComparisonReport, NamesFromTheFileCannotSteerTheTerminalOrBreakTheSvg) {
  const auto result =
      compare("gpu,energy\n\"<b>\x1b[2J\",5\n\"<b>\x1b[2J\",6\n\"<b>\x1b[2J\",7\nB,1\nB,2\nB,3\n");
  EXPECT_THAT(to_text(result), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_svg(to_plot(result)), Not(HasSubstr("<b>")));
}

TEST(ComparisonReport, SaysWhichRunsAreLeftOutAndWhy) {
  auto result = compare("gpu,energy\nA,5\nA,6\nA,7\nB,1\nB,2\nB,3\n");
  EXPECT_FALSE(to_json(result).contains("runs_left_out"));
  result.left_out = {{session::LeftOutReason::still_running, "", {"a", "b"}},
                     {session::LeftOutReason::no_figure, "f1", {"c"}}};
  EXPECT_THAT(to_text(result), HasSubstr("Warning: 2 runs are still running, left out: a, b\n"));
  const auto json = to_json(result);
  EXPECT_EQ(json["warnings"][1], "1 run has no f1, left out: c");
  EXPECT_EQ(json["runs_left_out"].dump(),
            R"([{"reason":"still_running","column":null,"count":2,"runs":["a","b"]},)"
            R"({"reason":"no_figure","column":"f1","count":1,"runs":["c"]}])");
}

}  // namespace
}  // namespace joulecast::report
