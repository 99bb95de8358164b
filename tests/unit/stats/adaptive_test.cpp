#include <gtest/gtest.h>

#include <bit>

#include "reference.hpp"
#include "simulated_campaigns.hpp"
#include "stats/adaptive_repetitions.hpp"
#include "stats/distributions.hpp"

namespace joulecast::stats {
namespace {

using testing::CampaignSimulator;
using testing::Noise;
using testing::reference;
using testing::Scenario;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(SequentialMedian, PlansTheRanksThatCountingInWholeNumbersGives) {
  for (const auto& at : reference("sequential_median")) {
    const auto interval = SequentialInterval::make(Location::median, at.input.at("minimum"),
                                                   at.input.at("maximum"), at.in("alpha"));
    ASSERT_TRUE(interval) << at.origin;
    const auto looks = at.outs("looks");
    const auto ranks = at.outs("ranks");
    for (std::size_t i = 0; i < looks.size(); ++i)
      EXPECT_EQ(interval->rank_at(static_cast<std::size_t>(looks[i])), ranks[i]) << at.origin << looks[i];
  }
}

TEST(SequentialMean, PlansTheQuantilesOfScipy) {
  for (const auto& at : reference("sequential_mean")) {
    const auto interval = SequentialInterval::make(Location::mean, at.input.at("minimum"),
                                                   at.input.at("maximum"), at.in("alpha"));
    ASSERT_TRUE(interval) << at.origin;
    const auto looks = at.outs("looks");
    const auto quantiles = at.outs("quantiles");
    for (std::size_t i = 0; i < looks.size(); ++i) {
      const auto quantile = interval->quantile_at(static_cast<std::size_t>(looks[i]));
      ASSERT_TRUE(quantile) << at.origin << looks[i];
      EXPECT_STATISTIC(*quantile, quantiles[i]);
    }
  }
}

TEST(SequentialMedian, WithOneLookIsTheUsualInterval) {
  // Conover 1999, table A3: the 10th and 21st of 30 values at 95 %.
  const auto interval = SequentialInterval::make(Location::median, 30, 30, 0.05);
  EXPECT_EQ(interval.value().rank_at(30), 10u);
}

/// Whether any interval over the looks misses 0, of values that lie below or above it as the bits say.
bool ever_misses(const SequentialInterval& interval, std::uint32_t bits, std::size_t maximum) {
  std::vector<double> sorted;
  for (std::size_t n = 1; n <= maximum; ++n) {
    const double value = (bits >> (n - 1) & 1U) != 0 ? 1 : -1;
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
    const auto range = interval.at(sorted);
    if (range && (range->low > 0 || range->high < 0)) return true;
  }
  return false;
}

TEST(SequentialMedian, MissesInAtMostAlphaOfAllSignPaths) {
  constexpr std::size_t maximum = 16;
  for (const double alpha : {0.01, 0.05, 0.2}) {
    const auto interval = SequentialInterval::make(Location::median, 4, maximum, alpha);
    std::size_t missing = 0;
    for (std::uint32_t bits = 0; bits < 1U << maximum; ++bits)
      missing += ever_misses(*interval, bits, maximum) ? 1 : 0;
    const double rate = static_cast<double>(missing) / (1U << maximum);
    EXPECT_LE(rate, alpha);
    EXPECT_GT(rate, alpha / 4);  // it does not waste all of it either
  }
}

TEST(SequentialInterval, TiesOnlyWidenIt) {
  const auto interval = SequentialInterval::make(Location::median, 5, 30, 0.05);
  const std::vector<double> same(12, 3.5);
  const auto range = interval->at(same);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->low, 3.5);
  EXPECT_EQ(range->high, 3.5);
}

TEST(SequentialInterval, SaysFromWhenOnThereIsOne) {
  EXPECT_EQ(SequentialInterval::make(Location::median, 5, 30, 0.05)->first_interval(), 8u);
  EXPECT_EQ(SequentialInterval::make(Location::mean, 5, 30, 0.05)->first_interval(), 5u);
  // No sign path of five values is as rare as one in forty.
  EXPECT_FALSE(SequentialInterval::make(Location::median, 2, 5, 0.05)->first_interval());
}

TEST(SequentialInterval, RefusesPlansThatMakeNoSense) {
  EXPECT_EQ(SequentialInterval::make(Location::mean, 1, 30, 0.05).error().where, "minimum");
  EXPECT_EQ(SequentialInterval::make(Location::mean, 5, 4, 0.05).error().where, "maximum");
  EXPECT_EQ(SequentialInterval::make(Location::mean, 5, most_looks + 1, 0.05).error().where, "maximum");
  EXPECT_EQ(SequentialInterval::make(Location::mean, 5, 30, 0).error().where, "level");
  EXPECT_EQ(SequentialInterval::make(Location::mean, 5, 30, nan).error().where, "level");
}

RepetitionRule width(double half_width) {
  RepetitionRule rule;
  rule.half_width = half_width;
  return rule;
}

CellValues spread_around(double centre, double step, std::size_t n) {
  CellValues cell;
  for (std::size_t i = 0; i < n; ++i)
    cell.values.push_back(centre + step * (i % 2 == 0 ? 1 : -1) * static_cast<double>(i % 5));
  return cell;
}

TEST(AdaptiveRepetitions, NeverStopBelowTheMinimum) {
  const auto adaptive = AdaptiveRepetitions::make(width(0.5), 1);
  for (std::size_t n = 0; n < 5; ++n) {
    const auto decisions = adaptive->judge(std::vector{spread_around(100, 0, n)});
    EXPECT_EQ(decisions.cells[0].state, CellState::below_minimum);
    EXPECT_TRUE(decisions.needs_more());
  }
}

TEST(AdaptiveRepetitions, StopWhereTheIntervalIsNarrowAndSayWhatWasSaved) {
  const auto adaptive = AdaptiveRepetitions::make(width(0.02), 2);
  const auto decisions =
      adaptive->judge(std::vector{spread_around(100, 0.1, 12), spread_around(100, 10, 12)});
  EXPECT_EQ(decisions.cells[0].state, CellState::narrow);
  EXPECT_EQ(decisions.cells[1].state, CellState::open);
  EXPECT_EQ(decisions.saved, 18u);
  EXPECT_EQ(decisions.made, 24u);
  ASSERT_TRUE(decisions.cells[0].relative_half_width);
  EXPECT_LE(*decisions.cells[0].relative_half_width, 0.02);
}

TEST(AdaptiveRepetitions, NarrowStaysNarrowWhateverComesLater) {
  const auto adaptive = AdaptiveRepetitions::make(width(0.02), 1);
  auto cell = spread_around(100, 0.1, 12);
  cell.values.insert(cell.values.end(), {500, 500, 500, 500, 500, 500, 500, 500});
  EXPECT_EQ(adaptive->judge(std::vector{cell}).cells[0].state, CellState::narrow);
}

TEST(AdaptiveRepetitions, FailedRepetitionsCountForTheMaximumAlone) {
  const auto adaptive = AdaptiveRepetitions::make(width(0.02), 1);
  CellValues failing;
  failing.values.assign(29, nan);
  EXPECT_EQ(adaptive->judge(std::vector{failing}).cells[0].state, CellState::below_minimum);
  failing.values.push_back(nan);
  const auto decisions = adaptive->judge(std::vector{failing});
  EXPECT_EQ(decisions.cells[0].state, CellState::exhausted);
  EXPECT_EQ(decisions.cells[0].runs, 0u);
  EXPECT_FALSE(decisions.cells[0].interval);
  EXPECT_EQ(decisions.saved, 0u);
}

TEST(AdaptiveRepetitions, CompareWithinBlocksSoThatADriftCancels) {
  RepetitionRule rule;
  const auto adaptive = AdaptiveRepetitions::make(rule, 2, {{0, 1}});
  std::vector<CellValues> cells(2);
  for (int block = 0; block < 12; ++block) {  // it grows tenfold, and b always takes 5 % more
    cells[0].values.push_back(100 * (1 + block));
    cells[1].values.push_back(105 * (1 + block));
  }
  const auto decisions = adaptive->judge(cells);
  EXPECT_EQ(decisions.pairs[0].verdict, Verdict::less);
  EXPECT_EQ(decisions.pairs[0].decided_at, 8u);
  EXPECT_EQ(decisions.cells[0].state, CellState::decided);
  EXPECT_EQ(decisions.saved, 36u);
}

TEST(AdaptiveRepetitions, CallEqualWhatLiesWithinTheMargin) {
  RepetitionRule rule;
  rule.equal_within = 0.03;
  const auto adaptive = AdaptiveRepetitions::make(rule, 2, {{0, 1}});
  const auto decisions =
      adaptive->judge(std::vector{spread_around(100, 0.2, 20), spread_around(100.1, -0.2, 20)});
  EXPECT_EQ(decisions.pairs[0].verdict, Verdict::equal);
}

TEST(AdaptiveRepetitions, DoNotWaitForACellThatHasEnded) {
  const auto adaptive = AdaptiveRepetitions::make({}, 3, {{0, 1}, {0, 2}});
  std::vector<CellValues> cells{spread_around(100, 0, 10), spread_around(110, 0, 10), {{nan}, true}};
  const auto decisions = adaptive->judge(cells);
  EXPECT_EQ(decisions.cells[0].state, CellState::decided);
  EXPECT_EQ(decisions.cells[2].state, CellState::ended);
  EXPECT_FALSE(decisions.needs_more());
}

TEST(AdaptiveRepetitions, RefuseRulesThatCannotDecide) {
  EXPECT_EQ(AdaptiveRepetitions::make({}, 3).error().where, "half_width");
  EXPECT_EQ(AdaptiveRepetitions::make(width(0), 3).error().where, "half_width");
  EXPECT_EQ(AdaptiveRepetitions::make(width(nan), 3).error().where, "half_width");
  EXPECT_EQ(AdaptiveRepetitions::make({}, 3, {{0, 3}}).error().where, "compare");
  auto rule = width(0.02);
  rule.equal_within = 0.03;
  EXPECT_EQ(AdaptiveRepetitions::make(rule, 3).error().where, "equal_within");
}

TEST(AdaptiveRepetitions, ManyCellsNeedMoreRepetitionsBeforeAnyDecision) {
  EXPECT_EQ(AdaptiveRepetitions::make(width(0.02), 1)->first_decision(), 8u);
  EXPECT_EQ(AdaptiveRepetitions::make(width(0.02), 330)->first_decision(), 15u);
  auto each = width(0.02);
  each.family = Family::each;
  EXPECT_EQ(AdaptiveRepetitions::make(each, 330)->first_decision(), 8u);
  auto short_rule = width(0.02);
  short_rule.maximum = 10;
  EXPECT_FALSE(AdaptiveRepetitions::make(short_rule, 330)->first_decision());
}

/// bench/adaptive_bench.cpp runs 10,000 campaigns of 25 kinds; here are a few of each family.
TEST(SimulatedCampaigns, DecideWronglyAtMostAsOftenAsStated) {
  RepetitionRule compare;
  compare.equal_within = 0.03;
  RepetitionRule by_means = compare;
  by_means.centre = Location::mean;
  const std::vector<Scenario> scenarios{
      {.name = "normal", .rule = width(0.02), .compare = false, .spread = 0.02},
      {.name = "heavy tails", .rule = width(0.02), .compare = false, .noise = Noise::cauchy, .spread = 0.005},
      {.name = "log-normal", .rule = compare, .noise = Noise::log_normal, .spread = 0.02},
      {.name = "drift", .rule = compare, .spread = 0.01, .trend = 0.2, .wander = 0.003},
      {.name = "means", .rule = by_means, .spread = 0.02, .failing = 0.1}};
  constexpr std::size_t campaigns = 600;
  for (const auto& scenario : scenarios) {
    const auto tally = CampaignSimulator(scenario, 7).run(campaigns);
    EXPECT_LE(tally.wrong_rate(), 0.05 + 3 * std::sqrt(0.05 * 0.95 / campaigns)) << scenario.name;
    EXPECT_GT(tally.decided, 0.5) << scenario.name;
    EXPECT_GT(tally.saved, 0.05) << scenario.name;
  }
}

TEST(SimulatedCampaigns, WithoutTheCorrectionWouldBeWrongTooOften) {
  EXPECT_GT(testing::uncorrected_wrong_rate(0.03, 0.02, 3, 30, 4000, 1), 0.08);
}

}  // namespace
}  // namespace joulecast::stats
