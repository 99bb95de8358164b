#include "lab/campaign/needed_repetitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/plan/read_plan.hpp"
#include "lab/plan/repetition_rule.hpp"

namespace joulecast::lab {
namespace {

using ::testing::HasSubstr;

Plan plan_with(const std::string& repetitions) {
  auto plan = parse_plan("name = \"t\"\ncommand = [\"run\", \"{network}\", \"{batch}\"]\nrepetitions = " +
                             repetitions + "\n[factors]\nnetwork = [\"a\", \"b\", \"c\"]\nbatch = [1, 2]\n",
                         "plan.toml");
  EXPECT_TRUE(plan) << to_string(plan.error());
  return plan.value();
}

std::string refusal(const std::string& repetitions) {
  const auto plan =
      parse_plan("name = \"t\"\ncommand = [\"run\", \"{network}\"]\nrepetitions = " + repetitions +
                     "\n[factors]\nnetwork = [\"a\", \"b\"]\n",
                 "plan.toml");
  return plan ? "" : to_string(plan.error());
}

RunEnded run_of(const Plan& plan, std::size_t cell, int repetition, double joules) {
  RunEnded run;
  run.place = {Role::cell, plan.cells[cell].id, repetition, 1};
  run.levels = plan.cells[cell].levels;
  run.energy = Joules{joules};
  return run;
}

TEST(RepetitionRule, ComparesCellsThatDifferInTheFactorAlone) {
  const auto plan = plan_with("{min = 5, max = 30, compare = \"network\"}");
  EXPECT_EQ(compared_pairs(plan).size(), 6u);  // three pairs of networks at each of two batch sizes
  for (const auto& pair : compared_pairs(plan))
    EXPECT_EQ(plan.cells[pair.a].levels.at("batch"), plan.cells[pair.b].levels.at("batch"));
}

TEST(RepetitionRule, IsCheckedWithThePlan) {
  EXPECT_THAT(refusal("{min = 5, max = 30}"), HasSubstr("plan.toml:3: repetitions"));
  EXPECT_THAT(refusal("{min = 1, max = 30, half_width = 0.02}"), HasSubstr("repetitions.min"));
  EXPECT_THAT(refusal("{min = 2, max = 6, half_width = 0.02}"), HasSubstr("repetitions.max"));
  EXPECT_EQ(refusal("{min = 2, max = 6, half_width = 0.02, of = \"mean\"}"), "");
  EXPECT_THAT(refusal("{min = 5, max = 30, half_width = 0.02, equal_within = 0.02}"),
              HasSubstr("repetitions.equal_within"));
  EXPECT_THAT(refusal("{min = 5, max = 20000, half_width = 0.02}"), HasSubstr("repetitions.max"));
}

TEST(NeededRepetitions, StopWhereThereIsEnoughAndGoOnWhereNot) {
  const auto plan = plan_with("{min = 5, max = 30, half_width = \"2%\"}");
  CampaignState state;
  for (int repetition = 1; repetition <= 14; ++repetition)
    for (std::size_t cell = 0; cell < plan.cells.size(); ++cell) {
      const double spread = cell == 0 ? 0.2 : 1;  // the first cell is widely spread
      state.runs.push_back(
          run_of(plan, cell, repetition, 100 * (1 + (cell == 0 ? spread : 0.001) * (repetition % 3 - 1))));
    }
  auto needed = NeededRepetitions::make(plan);
  ASSERT_TRUE(needed);
  EXPECT_TRUE(needed->needs(1, 5)) << "never below the minimum";
  needed->look_at(Standing(plan, state));
  EXPECT_TRUE(needed->needs(0, 15));
  EXPECT_FALSE(needed->needs(1, 15));
  EXPECT_TRUE(needed->needs(1, 5));
  EXPECT_FALSE(needed->needs(0, 31));
  EXPECT_EQ(needed->decisions()->saved, 5u * 16);
}

TEST(NeedsMore, LooksAgainWhenAFurtherRunHasEnded) {
  const auto plan = plan_with("{min = 5, max = 30, half_width = \"2%\", each_alone = true}");
  CampaignState state;
  Standing standing(plan, state);
  const auto needs_more = needs_more_by_rule(plan);
  ASSERT_TRUE(needs_more);
  for (int repetition = 1; repetition <= 8; ++repetition) {
    EXPECT_TRUE((*needs_more)(2, standing)) << repetition;
    state.runs.push_back(run_of(plan, 2, repetition, 100 + 0.1 * repetition));
    standing.take(state.runs.back());
  }
  EXPECT_FALSE((*needs_more)(2, standing)) << "eight values have a first interval";
  EXPECT_TRUE((*needs_more)(3, standing));
  const auto decisions = repetition_rule(plan)->judge(energies_of(plan, standing));
  const auto saved = saved_repetitions(plan, standing, decisions);
  EXPECT_EQ(saved.runs, 22u);
  EXPECT_EQ(saved.most, 180u);
  EXPECT_NEAR(saved.energy.value(), 22 * 100.45, 1e-6);
}

TEST(NeedsMore, IsEmptyForFixedRepetitions) {
  EXPECT_FALSE(*needs_more_by_rule(plan_with("3")));
}

TEST(NeededRepetitions, OfAFixedNumberAreAll) {
  const auto plan = plan_with("3");
  auto needed = NeededRepetitions::make(plan);
  ASSERT_TRUE(needed);
  needed->look_at(Standing(plan, {}));
  EXPECT_TRUE(needed->needs(0, 3));
  EXPECT_FALSE(needed->needs(0, 4));
  EXPECT_FALSE(needed->decisions());
}

TEST(NeededRepetitions, KeepTheBlocksOfRunsWithoutEnergy) {
  const auto plan = plan_with("{min = 5, max = 30, compare = \"network\"}");
  CampaignState state;
  state.runs.push_back(run_of(plan, 0, 2, 50));
  state.runs.push_back(run_of(plan, 0, 3, 60));
  state.runs.back().energy.reset();
  const auto values = energies_of(plan, Standing(plan, state));
  ASSERT_EQ(values[0].values.size(), 3u);
  EXPECT_TRUE(std::isnan(values[0].values[0]));
  EXPECT_EQ(values[0].values[1], 50);
  EXPECT_TRUE(std::isnan(values[0].values[2]));
}

}  // namespace
}  // namespace joulecast::lab
