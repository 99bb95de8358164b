#include "report/tables/tradeoff_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/pictures/svg.hpp"
#include "report/tables/comparison_figures.hpp"
#include "report/tables/recommendation_report.hpp"

namespace joulecast::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const session::RunTable& table() {
  static const session::RunTable runs(
      CsvTable::parse("architecture,gpu,batch_size,energy_j,f1,gpu_util_pct\n"
                      "big,A100,32,1000,0.98,90\nbig,A100,32,1100,0.981,91\nbig,A100,32,900,0.979,92\n"
                      "small,A100,32,100,0.97,30\nsmall,A100,32,110,0.971,31\nsmall,A100,32,90,0.965,32\n"
                      "small,T4,32,60,0.97,80\nsmall,T4,32,66,0.971,81\nsmall,T4,32,61,0.965,82\n",
                      "t.csv")
          .value());
  return runs;
}

TEST(TradeoffReport, SaysTheSameInEveryForm) {
  session::TradeoffRequest request;
  request.quality = "f1";
  auto result = session::tradeoff_runs(table(), request).value();
  const auto json = to_json(result);
  EXPECT_NEAR(json["cheapest_within"]["saving"].get<double>(), 1 - 61.0 / 1000, 1e-12);
  EXPECT_FALSE(json.contains("runs_left_out"));
  EXPECT_THAT(to_text(result), HasSubstr("Conclusion: big / A100 has the best f1 (0.98)"));
  EXPECT_THAT(to_csv(result), HasSubstr("small,T4,measured,3,61,"));
  EXPECT_THAT(to_svg(to_plot(result)), Not(HasSubstr("nan")));
  result.left_out = {{session::LeftOutReason::no_energy, "", {"a", "b"}}};
  EXPECT_THAT(to_text(result),
              HasSubstr("Warning: 2 runs have no known energy, left out of its median: a, b\n"));
  EXPECT_EQ(to_json(result)["runs_left_out"][0]["reason"], "no_energy");
}

TEST(TradeoffReport, OfSingleRunsNothingIsSaidOfRunsDrawnAnew) {
  const session::RunTable single(
      CsvTable::parse("batch_size,energy_j,f1\n16,60,0.97\n32,100,0.98\n", "t.csv").value());
  session::TradeoffRequest request;
  request.quality = "f1";
  const auto result = session::tradeoff_runs(single, request).value();
  EXPECT_EQ(
      conclusion(result),
      "batch_size 32 has the best f1 (0.98) at 100 J. batch_size 16 comes within 0.02 of it (0.97, 0.01 "
      "lost) for 60.0 J: 40 % less. With so few runs, how sure that is is not known.");
  EXPECT_TRUE(to_json(result)["cheapest_within"]["choice_share"].is_null());
  EXPECT_TRUE(to_json(result)["alternatives"][0]["front_share"].is_null());
  EXPECT_THAT(to_text(result), Not(HasSubstr("100 %")));
  EXPECT_THAT(to_svg(to_plot(result)), HasSubstr("batch_size 32"));
}

TEST(RecommendationReport, SaysWhatWasNotMeasured) {
  session::RecommendRequest request;
  request.requirements = {"f1 >= best - 0.02"};
  request.candidates = session::RunTable(
      CsvTable::parse("architecture,gpu,energy_j,energy_j_low,energy_j_high,f1\ntiny,A100,10,5,20,0.975\n",
                      "c.csv")
          .value());
  auto result = session::recommend_training(table(), request).value();
  EXPECT_EQ(to_json(result)["recommended"]["provenance"], "modelled");
  EXPECT_THAT(conclusion(result), HasSubstr("predicted, not measured"));
  EXPECT_THAT(to_text(result), HasSubstr("tiny / A100 (modelled)"));
  result.left_out = {{session::LeftOutReason::failed, "", {"a"}}};
  EXPECT_THAT(to_text(result), HasSubstr("Warning: 1 run failed, left out: a\n"));
}

TEST(TradeoffReport, HasNoShareOfACostBelowZero) {
  const session::RunTable runs(
      CsvTable::parse("architecture,gain,f1\nbig,-1,0.98\nsmall,-3,0.97\n", "t.csv").value());
  session::TradeoffRequest request;
  request.cost = "gain";
  request.quality = "f1";
  const auto result = session::tradeoff_runs(runs, request).value();
  EXPECT_THAT(conclusion(result), HasSubstr("small comes within 0.02 of it (0.97, 0.01 lost) for -3. With"));
  EXPECT_THAT(to_text(result), Not(HasSubstr("nan")));
  EXPECT_TRUE(to_json(result)["cheapest_within"]["saving"].is_null());
}

session::Comparison compare_by(const std::string& column) {
  const session::RunTable runs(
      CsvTable::parse("gpu," + column + "\nA,5000\nA,5000\nA,5000\nB,1000\nB,2000\nB,3000\n", "t.csv")
          .value());
  return session::compare_runs(
             runs, {.group = "gpu", .value = column, .by = "", .only = {}, .distinct = false, .options = {}})
      .value();
}

TEST(GroupsFigure, SaysTheUnitOfItsColumn) {
  struct Case {
    const char* column;
    const char* title;
    const char* axis;
    const char* median;
    const char* range;
    const char* caption;
  };
  for (const auto& [column, title, axis, median, range, caption] :
       {Case{"energy_j", "Energy by gpu", "energy, median, kJ", "2.00 kJ", "1.00 kJ to 3.00 kJ",
             "few. In joules: "},
        Case{"duration_s", "Duration by gpu", "duration, median, min", "33 min 20 s",
             "16 min 40 s to 50 min 00 s", "few. In seconds: "},
        Case{"energy_kwh", "Energy by gpu", "energy, median, kWh", "2000 kWh", "1000 kWh to 3000 kWh",
             "few. In kWh: "},
        Case{"latency", "Latency by gpu", "latency, median", "2000", "1000 to 3000", "few. No diff"}}) {
    const auto figure = groups_figure(compare_by(column));
    ASSERT_TRUE(figure.table);
    EXPECT_EQ(figure.table->caption, title);
    const auto& plot = std::get<IntervalPlot>(figure.drawing);
    EXPECT_EQ(plot.title, title);
    EXPECT_EQ(plot.value.label, axis);
    EXPECT_EQ(figure.table->rows[0][2], median);
    EXPECT_EQ(figure.table->rows[0][3], range);
    EXPECT_THAT(figure.caption, HasSubstr(caption));
  }
}

TEST(FrontFigure, SaysTheUnitOfItsColumn) {
  const session::RunTable runs(
      CsvTable::parse("architecture,duration_s,f1\nbig,100,0.98\nsmall,0.5,0.97\n", "t.csv").value());
  session::TradeoffRequest request;
  request.cost = "duration_s";
  request.quality = "f1";
  const auto figure = front_figure(session::tradeoff_runs(runs, request).value());
  ASSERT_TRUE(figure.table);
  EXPECT_EQ(figure.table->caption, "Duration against correctness");
  EXPECT_EQ(figure.table->header[2], "duration");
  EXPECT_EQ(figure.table->rows[0][2], "500 ms");
  EXPECT_EQ(figure.table->rows[0][3], "");
}

}  // namespace
}  // namespace joulecast::report
