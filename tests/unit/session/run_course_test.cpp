#include "session/runs/run_course.hpp"

#include <gtest/gtest.h>

#include "unit/session/summary_runs.hpp"

namespace joulecast::session {
namespace {

trace::Phase phase_of(const std::string& name, const std::string& unit, double begin, double end,
                      double work) {
  return {name, unit, {Seconds{begin}, Seconds{end}}, work, {}, {}};
}

/// 300 W for 100 s, in two folds that count steps.
trace::Run two_folds() {
  auto run = hundred_seconds();
  run.phases = {phase_of("fold", "step", 0, 40, 400), phase_of("fold", "step", 50, 100, 600)};
  run.epochs[1].phase = 1;
  return run;
}

TEST(RunCourse, PhasesHaveEnergiesAndNamesOfTheirOwn) {
  const auto course = course_of(two_folds());
  EXPECT_EQ(course.phase_names, (std::vector<std::string>{"fold", "fold 2"}));
  EXPECT_NEAR(course.phase_energy[0]->value(), 12'000, 1e-6);
  EXPECT_NEAR(course.phase_energy[1]->value(), 15'000, 1e-6);
  EXPECT_NEAR(course.cost.per_1000_steps->value(), 27'000, 1e-6);  // 27 kJ for 1,000 steps
  EXPECT_EQ(course.cost.per_sample, std::nullopt);
  EXPECT_EQ(course.cost.per_million_tokens, std::nullopt);
}

TEST(RunCourse, SamplesAndTokensFollowFromWhatAStepHas) {
  auto run = two_folds();
  run.tags = {{"batch_size", "9"}, {"sequence_length", "100"}};
  const auto cost = course_of(run).cost;
  EXPECT_NEAR(cost.per_sample->value(), 3, 1e-9);            // 27 kJ for 9,000 samples
  EXPECT_NEAR(cost.per_million_tokens->value(), 3e4, 1e-5);  // 0.9 million tokens
  run.tags = {{"batch_size", "many"}, {"sequence_length", "-1"}};
  EXPECT_EQ(course_of(run).cost.per_sample, std::nullopt);
}

TEST(RunCourse, PhasesInOtherUnitsDoNotCountAsSteps) {
  auto run = two_folds();
  run.phases[0].unit = "percent";
  run.phases.push_back(phase_of("tokens", "token", 40, 50, 2e6));
  const auto cost = course_of(run).cost;
  EXPECT_NEAR(cost.per_1000_steps->value(), 25'000, 1e-6);    // 15 kJ for 600 steps
  EXPECT_NEAR(cost.per_million_tokens->value(), 1500, 1e-6);  // 3 kJ for two million
}

TEST(RunCourse, WithoutReadingsARecordedEnergyIsTaken) {
  auto run = two_folds();
  run.traces.clear();
  run.phases[0].energy = Joules{4000};
  const auto course = course_of(run);
  EXPECT_EQ(course.phase_energy[0], Joules{4000});
  EXPECT_EQ(course.phase_energy[1], std::nullopt);
  EXPECT_NEAR(course.cost.per_1000_steps->value(), 10'000, 1e-6);  // of the phase whose energy is known
}

TEST(RunCourse, WindowsAreAddedByNameAndOverlapsCountOnce) {
  auto run = hundred_seconds();
  run.windows = {{"load", {Seconds{0}, Seconds{10}}},
                 {"load", {Seconds{5}, Seconds{15}}},
                 {"evaluation", {Seconds{40}, Seconds{60}}},
                 {"load", {Seconds{20}, Seconds{21}}},
                 {"beyond", {Seconds{500}, Seconds{501}}}};
  const auto course = course_of(run);
  EXPECT_NEAR(course.window_energy[1]->value(), 3000, 1e-6);
  EXPECT_EQ(course.window_energy[4], std::nullopt);
  ASSERT_EQ(course.windows.size(), 3u);
  EXPECT_EQ(course.windows[0].name, "evaluation");
  EXPECT_NEAR(course.windows[0].energy->value(), 6000, 1e-6);
  EXPECT_EQ(course.windows[1].name, "load");
  EXPECT_EQ(course.windows[1].count, 3u);
  EXPECT_EQ(course.windows[1].duration, Seconds{16});
  EXPECT_NEAR(course.windows[1].energy->value(), 4800, 1e-6);
  EXPECT_TRUE(course.windows[1].complete);
  EXPECT_EQ(course.windows[2].energy, std::nullopt);
  EXPECT_FALSE(course.windows[2].complete);
}

TEST(RunCourse, TheLongestPhaseOfStepsIsCutIntoPartsOfEqualWork) {
  auto run = two_folds();
  for (int i = 0; i <= 100; ++i) run.progress.push_back({Seconds{50 + i * 0.5}, 6.0 * i, 1});
  const auto course = course_of(run);
  ASSERT_EQ(course.parts.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(course.parts[i].phase, 1u);
    EXPECT_EQ(course.parts[i].from, 60.0 * static_cast<double>(i));
    EXPECT_EQ(course.parts[i].to, 60.0 * static_cast<double>(i + 1));
    EXPECT_NEAR(course.part_energy[i]->value(), 1500, 1e-6);
  }
}

TEST(RunCourse, AJumpOverSeveralPartsIsOnePart) {
  auto run = two_folds();
  for (int i = 0; i <= 30; ++i) run.progress.push_back({Seconds{50.0 + i}, i < 10 ? i : 300.0 + i, 1});
  const auto parts = course_of(run).parts;
  ASSERT_FALSE(parts.empty());
  EXPECT_EQ(parts.front().from, 0);
  EXPECT_EQ(parts.back().to, 330);
  for (std::size_t i = 1; i < parts.size(); ++i) EXPECT_EQ(parts[i].from, parts[i - 1].to);
}

TEST(RunCourse, ARunWithoutPhasesHasNone) {
  const auto course = course_of(hundred_seconds());
  EXPECT_TRUE(course.phase_names.empty() && course.windows.empty() && course.parts.empty());
  EXPECT_EQ(course.cost.per_1000_steps, std::nullopt);
}

}  // namespace
}  // namespace joulecast::session
