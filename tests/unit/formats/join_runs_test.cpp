#include "formats/join_runs.hpp"

#include <gtest/gtest.h>

namespace joulecast::formats {
namespace {

constexpr std::int64_t second = 1'000'000'000;

trace::Run run_from(std::int64_t start_s, double length_s) {
  trace::Run run;
  run.info.name = fmt::format("at {}", start_s);
  run.started = WallTime{start_s * second};
  run.span = {Seconds{0}, Seconds{length_s}};
  return run;
}

trace::Phase phase(const std::string& name, double begin, double end) {
  trace::Phase phase;
  phase.name = name;
  phase.unit = "step";
  phase.span = {Seconds{begin}, Seconds{end}};
  return phase;
}

trace::Epoch epoch(double begin, double end, std::size_t phase) {
  trace::Epoch epoch;
  epoch.span = {Seconds{begin}, Seconds{end}};
  epoch.phase = phase;
  return epoch;
}

// The second file began 100 s before the first, so that its phase comes first and its times are shifted back.
TEST(JoinRuns, KeepsPhasesProgressAndWindowsOfAllFiles) {
  auto first = run_from(1000, 500), other = run_from(900, 600);
  first.phases = {phase("fit", 10, 400)};
  first.epochs = {epoch(10, 200, 0), epoch(200, 400, 0)};
  first.progress = {{Seconds{50}, 5, 0}, {Seconds{400}, 40, 0}};
  first.windows = {{"evaluation", {Seconds{300}, Seconds{310}}}};
  other.phases = {phase("warm-up", 20, 90), phase("test", 510, 590)};
  other.progress = {{Seconds{90}, 7, 0}, {Seconds{590}, 3, 1}};
  other.windows = {{"loading", {Seconds{20}, Seconds{30}}}};
  other.projections = {{Seconds{150}, 0.1, "adaptive", Joules{5}, {}, {}, false}};
  other.sensors.emplace_back().sensor = "nvml";

  const auto joined = join_runs({first, other});
  ASSERT_TRUE(joined) << to_string(joined.error());
  ASSERT_EQ(joined->phases.size(), 3U);
  EXPECT_EQ(joined->phases[0].name, "warm-up");
  EXPECT_EQ(joined->phases[0].span.begin, Seconds{-80});
  EXPECT_EQ(joined->phases[1].name, "fit");
  EXPECT_EQ(joined->phases[1].span.begin, Seconds{10});
  EXPECT_EQ(joined->phases[2].name, "test");
  EXPECT_EQ(joined->phases[2].span.end, Seconds{490});
  for (const auto& epoch : joined->epochs) EXPECT_EQ(joined->phases[epoch.phase].name, "fit");

  ASSERT_EQ(joined->progress.size(), 4U);
  const std::vector<std::tuple<double, double, std::size_t>> expected{
      {-10, 7, 0}, {50, 5, 1}, {400, 40, 1}, {490, 3, 2}};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(
        std::tuple(joined->progress[i].time.value(), joined->progress[i].work, joined->progress[i].phase),
        expected[i]);

  ASSERT_EQ(joined->windows.size(), 2U);
  EXPECT_EQ(joined->windows[0].name, "loading");
  EXPECT_EQ(joined->windows[0].span.begin, Seconds{-80});
  EXPECT_EQ(joined->windows[1].name, "evaluation");
  ASSERT_EQ(joined->projections.size(), 1U);
  EXPECT_EQ(joined->projections[0].time, Seconds{50});
  EXPECT_EQ(joined->sensors.size(), 1U);
}

// The run that marks epochs is the reference, whatever its place in the list.
TEST(JoinRuns, TheRunWithEpochsSuppliesSecondZero) {
  auto power = run_from(900, 600), training = run_from(1000, 500);
  power.progress = {{Seconds{150}, 1, 0}};
  power.phases = {phase("measured", 0, 600)};
  training.epochs = {epoch(0, 500, 0)};
  training.phases = {phase("fit", 0, 500)};
  const auto joined = join_runs({power, training});
  ASSERT_TRUE(joined) << to_string(joined.error());
  EXPECT_EQ(joined->started->ns, 1000 * second);
  EXPECT_EQ(joined->phases[joined->epochs[0].phase].name, "fit");
  EXPECT_EQ(joined->phases[joined->progress[0].phase].name, "measured");
  EXPECT_EQ(joined->progress[0].time, Seconds{50});
}

}  // namespace
}  // namespace joulecast::formats
