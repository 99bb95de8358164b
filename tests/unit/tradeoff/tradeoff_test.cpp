#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tradeoff/curve.hpp"
#include "tradeoff/full_cycle.hpp"
#include "tradeoff/overview.hpp"
#include "tradeoff/recommend.hpp"
#include "tradeoff/utilisation.hpp"

namespace joulecast::tradeoff {
namespace {

using ::testing::HasSubstr;

Alternative measured(std::vector<std::string> labels, std::vector<double> energy, std::vector<double> f1) {
  Alternative a;
  a.labels = std::move(labels);
  a.runs = energy.size();
  a.values["energy_mj"] = std::move(energy);
  a.values["f1"] = std::move(f1);
  return a;
}

std::vector<Alternative> three() {
  return {measured({"big"}, {10, 11, 9, 10, 10}, {.98, .981, .979, .98, .98}),
          measured({"small"}, {1, 1.1, .9, 1, 1.05}, {.965, .97, .96, .966, .965}),
          measured({"poor"}, {.5, .5, .6, .5, .5}, {.7, .72, .71, .7, .7})};
}

TEST(Overview, FindsFrontSavingAndHowSureTheyAre) {
  const auto overview = overview_of(three(), {.cost = "energy_mj", .quality = "f1"});
  ASSERT_TRUE(overview);
  EXPECT_EQ(overview->front.size(), 3u);
  EXPECT_EQ(overview->placed[overview->best].alternative, 0u);
  EXPECT_EQ(overview->placed[overview->cheapest_within].alternative, 1u);
  EXPECT_DOUBLE_EQ(overview->saving, 0.9);
  EXPECT_NEAR(overview->quality_lost, 0.015, 1e-12);
  EXPECT_LT(overview->saving_interval.low, 0.9);
  EXPECT_GT(overview->saving_interval.low, 0.85);
  EXPECT_GT(overview->choice_share, 0.95);
  EXPECT_EQ(overview->placed[0].front_share, 1);
}

TEST(Overview, TurnsALossRound) {
  const auto overview =
      overview_of(three(), {.cost = "energy_mj", .quality = "f1", .lower_quality_is_better = true});
  EXPECT_EQ(overview->front.size(), 1u);
  EXPECT_EQ(overview->placed[overview->best].alternative, 2u);
}

TEST(Overview, GivesNoIntervalForSingleRunsAndLeavesOutTheUnknown) {
  auto alternatives = three();
  alternatives.push_back(measured({"once"}, {20}, {.99}));
  alternatives.push_back(measured({"unknown"}, {std::nan("")}, {.99}));
  const auto overview = overview_of(alternatives, {.cost = "energy_mj", .quality = "f1"});
  ASSERT_TRUE(overview);
  EXPECT_EQ(overview->left_out, std::vector<std::size_t>{4});
  EXPECT_TRUE(std::isnan(overview->placed.back().cost_interval.low));
  EXPECT_TRUE(std::isnan(overview->saving_interval.low));
  EXPECT_TRUE(std::isnan(overview->choice_share)) << "a single run, drawn anew, is always itself";
  EXPECT_TRUE(std::isnan(overview->placed.back().front_share));
  EXPECT_FALSE(overview_of({measured({"u"}, {std::nan("")}, {.9})}, {.cost = "energy_mj", .quality = "f1"}));
}

TEST(Overview, GivesNoIntervalWhereFewRunsHaveAFigure) {
  auto alternatives = three();
  alternatives[1].values["energy_mj"] = {1, std::nan(""), std::nan(""), std::nan(""), std::nan("")};
  const auto overview = overview_of(alternatives, {.cost = "energy_mj", .quality = "f1"});
  ASSERT_TRUE(overview);
  const auto& small = overview->placed[1];
  ASSERT_EQ(small.alternative, 1u);
  EXPECT_TRUE(std::isnan(small.cost_interval.low)) << "five runs, one of them with a figure";
  EXPECT_TRUE(std::isfinite(small.quality_interval.low));
  EXPECT_TRUE(std::isnan(small.front_share));
  EXPECT_TRUE(std::isnan(overview->saving_interval.low));
  EXPECT_TRUE(std::isfinite(overview->placed[0].cost_interval.low));
}

TEST(Overview, SavesNoShareOfACostThatIsNoneOrNegative) {
  for (const double cost : {0.0, -2.0}) {
    const auto overview = overview_of({measured({"best"}, {cost, cost, cost}, {.9, .9, .9}),
                                       measured({"choice"}, {cost - 1, cost - 1, cost - 1}, {.89, .89, .89})},
                                      {.cost = "energy_mj", .quality = "f1"});
    ASSERT_TRUE(overview);
    EXPECT_TRUE(std::isnan(overview->saving));
    EXPECT_TRUE(std::isnan(overview->saving_interval.low));
    EXPECT_TRUE(std::isnan(overview->saving_interval.high));
    EXPECT_EQ(overview->placed[0].cost_interval.low, cost - 1);
  }
}

TEST(Recommend, GivesNoIntervalWhereFewRunsHaveAFigure) {
  auto alternatives = three();
  RecommendOptions options;
  options.minimise = "energy_mj";
  EXPECT_TRUE(std::isfinite(recommend(alternatives, options)->saving_interval.low));
  alternatives[2].values["energy_mj"] = {.5, std::nan(""), std::nan(""), std::nan(""), std::nan("")};
  const auto recommendation = recommend(alternatives, options);
  ASSERT_TRUE(recommendation);
  EXPECT_EQ(recommendation->choice().alternative, 2u);
  EXPECT_TRUE(std::isnan(recommendation->saving_interval.low));
}

TEST(Curve, FindsWhereTrainingStoppedPaying) {
  const std::vector<double> quality{.6, .8, .79, .9, .902, .901};
  const std::vector<double> energy{10, 20, 30, 40, 50, 60};
  const auto reading = read_curve(quality, energy, 0.005);
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->enough_epoch, 4u);
  EXPECT_EQ(reading->best_epoch, 5u);
  EXPECT_NEAR(reading->share_after_enough, 1.0 / 3, 1e-12);
  ASSERT_EQ(reading->improvements.size(), 4u);
  EXPECT_NEAR(reading->improvements[1].energy_per_point, 10 / 20.0, 1e-12);
  EXPECT_NEAR(reading->improvements[3].energy_per_point, 10 / 0.2, 1e-9);
}

TEST(Curve, RefusesWhatIsNoCourse) {
  EXPECT_FALSE(read_curve(std::vector<double>{}, std::vector<double>{}, 0));
  EXPECT_FALSE(read_curve(std::vector<double>{1, 2}, std::vector<double>{1}, 0));
  EXPECT_THAT(to_string(read_curve(std::vector<double>{1, 2}, std::vector<double>{2, 1}, 0).error()),
              HasSubstr("falls"));
}

TEST(FullCycle, BreaksEvenWhereTheTotalsMeet) {
  const LifeCost small{1e6, 2};
  const LifeCost frugal{3e6, 1};
  const auto uses = break_even(small, frugal);
  ASSERT_TRUE(uses);
  EXPECT_DOUBLE_EQ(small.after(*uses), frugal.after(*uses));
  EXPECT_DOUBLE_EQ(*uses, 2e6);
  EXPECT_FALSE(break_even(small, {2e6, 2}));  // costs more to train and no less to use
  EXPECT_FALSE(break_even(small, {2e6, 3}));
  EXPECT_DOUBLE_EQ(*small.training_share(5e5), 0.5);
  EXPECT_FALSE((LifeCost{0, 0}.training_share(1)));
}

TEST(QualityPerLogEnergy, IsOnlyGivenWhereItMeansSomething) {
  EXPECT_NEAR(*quality_per_log_energy(0.9, 100), std::pow(0.9, 5) / 2, 1e-12);
  EXPECT_FALSE(quality_per_log_energy(0.9, 1));
  EXPECT_FALSE(quality_per_log_energy(0.9, 0.2));
}

TEST(Utilisation, FlagsALargeGpuThatIdlesAndNamesTheCheaper) {
  std::vector<Alternative> alternatives{measured({"tiny", "large GPU"}, {2, 2, 2}, {.9, .9, .9}),
                                        measured({"tiny", "small GPU"}, {1, 1, 1}, {.9, .9, .9})};
  alternatives[0].values["gpu_util_pct"] = {20, 22, 21};
  alternatives[1].values["gpu_util_pct"] = {70, 71, 72};
  const auto readings = read_utilisation(alternatives, "energy_mj", "gpu_util_pct", 1);
  ASSERT_EQ(readings.size(), 2u);
  EXPECT_TRUE(readings[0].low);
  EXPECT_EQ(readings[0].cheaper, 1u);
  EXPECT_DOUBLE_EQ(readings[0].cheaper_saving, 0.5);
  EXPECT_FALSE(readings[1].low);
  EXPECT_FALSE(readings[1].cheaper);
}

RecommendOptions options_with(std::vector<const char*> requirements) {
  RecommendOptions options;
  options.minimise = "energy_mj";
  for (const auto* text : requirements)
    options.constraints.push_back(
        parse_constraint(text, std::vector<std::string>{"energy_mj", "f1"}).value());
  return options;
}

TEST(Recommend, TakesTheCheapestThatKeepsEveryRequirement) {
  const auto result = recommend(three(), options_with({"f1 >= best - 0.02"}));
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->choice().alternative, 1u);
  EXPECT_EQ(result->baseline, 0u);  // the best f1
  EXPECT_DOUBLE_EQ(result->saving, 0.9);
  EXPECT_GT(result->choice().chosen_share, 0.95);
  EXPECT_FALSE(result->ranked[2].fits);
  EXPECT_THAT(result->ranked[2].broken[0], HasSubstr("it has 0.7"));
}

TEST(Recommend, AgreesWithLookingAtEveryAlternative) {
  const auto alternatives = three();
  for (const double tolerance : {0.0, 0.014, 0.016, 0.3, 1.0}) {
    const auto text = fmt::format("f1 >= best - {}", tolerance);
    const auto result = recommend(alternatives, options_with({text.c_str()}));
    std::size_t cheapest = 0;
    for (std::size_t i = 0; i < 3; ++i)
      if (*typical(alternatives[i], "f1") >= .98 - tolerance - 1e-12 &&
          *typical(alternatives[i], "energy_mj") < *typical(alternatives[cheapest], "energy_mj"))
        cheapest = i;
    EXPECT_EQ(result->choice().alternative, cheapest) << text;
  }
}

TEST(Recommend, MarksPredictionsAndDrawsThemFromTheirInterval) {
  auto alternatives = three();
  Alternative predicted;
  predicted.labels = {"new"};
  predicted.provenance = Provenance::modelled;
  predicted.values = {{"energy_mj", {0.95}}, {"f1", {.97}}};
  predicted.stated["energy_mj"] = {0.6, 1.5};
  alternatives.push_back(predicted);
  const auto result = recommend(alternatives, options_with({"f1 >= best - 0.02"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->choice().alternative, 3u);
  EXPECT_GT(result->choice().chosen_share,
            0.4);  // its interval extends beyond the measured rival, so the choice is uncertain
  EXPECT_LT(result->choice().chosen_share, 0.8);
}

TEST(Recommend, SaysWhichRequirementLeavesNothing) {
  EXPECT_THAT(to_string(recommend(three(), options_with({"f1 >= 0.999", "under 20 MJ"})).error()),
              HasSubstr("\"f1 >= 0.999\" excludes 3 of them"));
}

TEST(Recommend, FindsTheBaselineByName) {
  auto options = options_with({});
  options.baseline = "SMALL";
  EXPECT_EQ(recommend(three(), options)->baseline, 1u);
  options.baseline = "huge";
  EXPECT_THAT(to_string(recommend(three(), options).error()), HasSubstr("names no alternative"));
  options.baseline = "";
  EXPECT_EQ(recommend(three(), options)->baseline, 0u);  // the most expensive one
}

TEST(Recommend, DoesNotTakeWhatItDoesNotKnow) {
  auto alternatives = three();
  alternatives.push_back(measured({"untested"}, {.1, .1, .1}, {std::nan(""), std::nan(""), std::nan("")}));
  const auto result = recommend(alternatives, options_with({"f1 >= best - 0.02"}));
  EXPECT_EQ(result->choice().alternative, 1u);
  EXPECT_THAT(result->ranked[2].broken[0], HasSubstr("not known"));
}

}  // namespace
}  // namespace joulecast::tradeoff
