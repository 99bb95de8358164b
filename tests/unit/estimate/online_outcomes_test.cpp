// Tests scores against values by hand, and the methods' outcomes on one run.
#include "estimate/evaluation/online_outcomes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "estimate/evaluation/online_scores.hpp"
#include "recorded.hpp"

namespace joulecast::estimate {
namespace {

using ::testing::HasSubstr;
using testing::recorded_run;

TEST(Scores, AreThoseOfTheField) {
  // Errors of 10, 0, 30 and 20 %; numpy: median 15, mean 15, 90th percentile 27, rmse
  // sqrt((100+0+900+1600)/4).
  const auto s = *scores_of({outcome_of(110, 100, 90, 115, 0.1), outcome_of(100, 100, 90, 115, 0.1),
                             outcome_of(130, 100, 101, 115, 0.2), outcome_of(160, 200, 150, 205, 0.4)});
  EXPECT_EQ(s.runs, 4);
  EXPECT_DOUBLE_EQ(s.median_ape, 15);
  EXPECT_DOUBLE_EQ(s.mean_ape, 15);
  EXPECT_DOUBLE_EQ(s.p90_ape, 27);
  EXPECT_DOUBLE_EQ(s.rmse, std::sqrt(650.0));
  EXPECT_DOUBLE_EQ(*s.coverage, 0.75);
  EXPECT_DOUBLE_EQ(*s.interval_width, (25 + 25 + 14 + 27.5) / 4);
  // widths, plus 20 times the distance of the one total (100) that lies outside (below 101)
  EXPECT_DOUBLE_EQ(*s.winkler, (25 + 25 + (14 + 20 * 1) + 27.5) / 4);
  EXPECT_DOUBLE_EQ(s.observed_fraction, 0.2);
  EXPECT_FALSE(scores_of({outcome_of(1, 2, std::nullopt, std::nullopt, 0)})->coverage);
  EXPECT_FALSE(scores_of({}));
}

TEST(EvaluateRun, TakesAdaptiveWhereItBecameReady) {
  // 40 epochs, fine-tuning from the 10th on.
  auto run = recorded_run({.epochs = 40, .shape = [](double t) { return t < 100 ? 1.0 : 1.3; }});
  const auto result = *evaluate_run(run);
  const double truth = 10 * 1000 + 30 * 1300;
  const auto& first = result.energy.find("adaptive-first")->second;
  const auto& later = result.energy.find("adaptive")->second;
  EXPECT_NEAR(first.absolute_percentage_error, 100 * (truth - 40'000) / truth, 0.5);
  EXPECT_EQ(first.covered, 1);
  EXPECT_LT(later.absolute_percentage_error, 0.5);
  EXPECT_EQ(later.covered, 1);
  EXPECT_LT(later.interval_width, first.interval_width);
  EXPECT_NEAR(later.observed_fraction, (10'000 + 3 * 1300) / truth, 0.03);
  EXPECT_EQ(result.duration.find("adaptive")->second.covered, 1);
  // STEP with the paper's s = 10 and w = 5, since that is at most half of 40 epochs.
  EXPECT_LT(result.energy.find("step-energy")->second.absolute_percentage_error, 0.5);
  EXPECT_NEAR(result.energy.find("first-epoch")->second.absolute_percentage_error,
              first.absolute_percentage_error, 0.5);
  EXPECT_EQ(result.energy.count("mlco2"), 0u);  // no power limit is known
}

TEST(EvaluateRun, ForecastsWithinEpochsAndAtEachShare) {
  // four epochs of 100 s, with power at 1 Hz
  const auto run = recorded_run({.epochs = 4, .seconds = 100});
  const auto result = *evaluate_run(run);
  EXPECT_EQ(result.by_share.size(), observed_shares().size());
  for (const double share : {0.02, 0.05, 0.1, 0.2, 0.5}) {
    const auto& at = result.by_share.at(share);
    EXPECT_NEAR(at.energy.observed_fraction, share, 0.011) << share;
    EXPECT_EQ(at.energy.covered, 1) << share;
    EXPECT_TRUE(at.energy.winkler);
    EXPECT_EQ(at.duration->covered, 1);
  }
  EXPECT_TRUE(result.by_share.at(0.1).ready);
  EXPECT_LE(result.energy.find("adaptive-first")->second.observed_fraction, 0.1);
}

TEST(EvaluateRun, WithoutPowerAnEpochIsSeenAtItsEnd) {
  auto run = recorded_run({.epochs = 5});
  run.traces.clear();
  for (auto& epoch : run.epochs) epoch.energy = Joules{1000};
  const auto result = *evaluate_run(run);
  // the first forecast after 2 % of the work comes when 20 % are done
  for (const double share : {0.02, 0.1, 0.2})
    EXPECT_NEAR(result.by_share.at(share).energy.observed_fraction, 0.2, 1e-9) << share;
}

TEST(OnlineScores, AreTakenByShareGroupAndSource) {
  std::vector<EvaluatedRun> runs;
  for (const char* source : {"a", "a", "b"}) {
    auto run = recorded_run({.epochs = 40, .shape = [](double t) { return t < 300 ? 1.0 : 1.1; }});
    run.info.source = source;
    run.info.id = fmt::format("{}{}", source, runs.size());
    runs.push_back(*evaluate_run(run));
  }
  const auto all = summarise(runs);
  ASSERT_EQ(all.sources.size(), 2u);
  EXPECT_EQ(all.sources[0].name, "a");
  EXPECT_EQ(all.sources[0].runs, 2);
  EXPECT_EQ(all.by_share.size(), observed_shares().size());
  EXPECT_EQ(all.by_share.back().energy.runs, 3);
  EXPECT_EQ(all.sources[0].by_share.back().energy.runs, 2);
  EXPECT_EQ(all.groups[1].by_share.back().energy.runs, 1);
  EXPECT_TRUE(all.sources[1].by_share.back().duration->winkler);
  EXPECT_GE(*all.methods.back().energy.winkler, *all.methods.back().energy.interval_width);
}

TEST(EvaluateRun, RefusesARunThatIsNotComplete) {
  auto run = recorded_run({.epochs = 10});
  run.info.total_work = 20;
  const auto result = evaluate_run(run);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("10 of 20 work done"));
}

}  // namespace
}  // namespace joulecast::estimate
