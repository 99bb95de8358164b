#include "estimate/offline/interval_factors.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "unit/estimate/offline_support.hpp"

namespace joulecast::estimate {
namespace {

using testing::made_gpu;
using testing::made_sample;

/// `groups` groups of `rows` rows; the i-th group is off by i / 100.
std::vector<Miss> misses_of(int groups, int rows, Novelty novelty = Novelty::near,
                            const std::string& source = "s") {
  std::vector<Miss> misses;
  for (int i = 1; i <= groups; ++i)
    for (int j = 0; j < rows; ++j)
      misses.push_back({novelty, source, "g" + std::to_string(i), i % 3, 0.01 * i});
  return misses;
}

TEST(IntervalFactors, ConformalQuantileCountsGroupsNotRows) {
  // ceil(0.9 x (19 + 1)) = 18th of 19 groups, however many rows each has.
  const auto factor = interval_factor(misses_of(19, 1), Novelty::near, "s");
  ASSERT_TRUE(factor);
  EXPECT_TRUE(factor->calibrated);
  EXPECT_EQ(factor->groups, 19);
  EXPECT_DOUBLE_EQ(factor->q, 0.18);
  auto uneven = misses_of(19, 1);
  for (int i = 0; i < 50; ++i) uneven.push_back({Novelty::near, "s", "g1", 0, 0.01});
  EXPECT_DOUBLE_EQ(interval_factor(uneven, Novelty::near, "s")->q, 0.18);
}

TEST(IntervalFactors, NineGroupsAreTheLeastForACalibratedInterval) {
  EXPECT_TRUE(interval_factor(misses_of(9, 2), Novelty::near, "s")->calibrated);
  EXPECT_DOUBLE_EQ(interval_factor(misses_of(9, 2), Novelty::near, "s")->q, 0.09);
  EXPECT_FALSE(interval_factor(misses_of(8, 2), Novelty::near, "s")->calibrated);
}

TEST(IntervalFactors, FewGroupsGiveAStudentInterval) {
  // The 90 % quantile of {0.01, 0.02} is 0.02; t(0.95; 2) / z(0.95) = 2.9200 / 1.6449 (tables). All rows of a
  // group are equal, so that the variance is only known from two groups.
  const auto factor = interval_factor(misses_of(2, 3), Novelty::near, "elsewhere");
  ASSERT_TRUE(factor);
  EXPECT_FALSE(factor->calibrated);
  EXPECT_NEAR(factor->q, 0.02 * 2.9200 / 1.6449, 1e-5);
}

TEST(IntervalFactors, ScatterWithinGroupsIsKnownFromTheirRows) {
  // Two groups of 1,000 rows that scatter about 0. Their variance is well known, so the interval is hardly
  // widened.
  std::vector<Miss> misses;
  for (int i = 0; i < 1000; ++i)
    for (const char* group : {"a", "b"})
      misses.push_back({Novelty::near, "s", group, 0, (i % 2 == 0 ? 1 : -1) * 0.001 * (i / 2 + 1)});
  const auto factor = interval_factor(misses, Novelty::near, "elsewhere");
  // The 90 % quantile of 0.001 … 0.5, each twice in both groups.
  EXPECT_NEAR(factor->q, 0.45, 0.002);
}

TEST(IntervalFactors, ASourceOfThousandsDoesNotSpeakForTheOthers) {
  auto misses = misses_of(1000, 1, Novelty::near, "large");
  for (auto& miss : misses) miss.score = 0.001;
  for (int i = 0; i < 3; ++i) misses.push_back({Novelty::near, "small", "s" + std::to_string(i), 0, 0.5});
  EXPECT_GE(interval_factor(misses, Novelty::near, "elsewhere")->q, 0.5);
  EXPECT_DOUBLE_EQ(interval_factor(misses, Novelty::near, "large")->q, 0.001);
}

TEST(IntervalFactors, AWorseNoveltyStandsInForOneWithoutGroups) {
  const auto factor = interval_factor(misses_of(12, 1, Novelty::new_gpu), Novelty::pair, "s");
  ASSERT_TRUE(factor);
  EXPECT_GE(factor->q, 0.1);
  EXPECT_FALSE(interval_factor(misses_of(12, 1, Novelty::near), Novelty::new_gpu, "s"));
}

TEST(IntervalFactors, AFoldNeverCalibratesItself) {
  auto misses = misses_of(30, 1);
  for (auto& miss : misses)
    if (miss.fold == 1) miss.score = 5;
  EXPECT_LT(interval_factor(misses, Novelty::near, "s", 1)->q, 1);
  EXPECT_DOUBLE_EQ(interval_factor(misses, Novelty::near, "s", 0)->q, 5);
}

TEST(IntervalFactors, SurvivesAFile) {
  const IntervalFactors calibration(misses_of(12, 1));
  const auto again =
      IntervalFactors::from_json(nlohmann::ordered_json::parse(calibration.to_json().dump())).value();
  EXPECT_DOUBLE_EQ(again.find(Novelty::near, "s")->q, calibration.find(Novelty::near, "s")->q);
  EXPECT_TRUE(again.find(Novelty::near, "s")->calibrated);
  EXPECT_FALSE(again.find(Novelty::near, "another")->calibrated);
  EXPECT_FALSE(IntervalFactors::from_json(nlohmann::ordered_json::parse(R"([{"novelty":"odd"}])")));
}

TEST(WithoutVersion, LeavesWhatIsNoVersion) {
  EXPECT_EQ(without_version("mlperf-v5.0"), "mlperf");
  EXPECT_EQ(without_version("mlperf-v1.1-closed"), "mlperf");
  EXPECT_EQ(without_version("llm-foundry"), "llm-foundry");
  EXPECT_EQ(without_version("my-vision"), "my-vision");
  EXPECT_EQ(without_version("-v"), "-v");
  EXPECT_EQ(without_version(""), "");
}

TEST(Seen, TakesVersionsOfASourceForOne) {
  auto known = made_sample("a", 1, made_gpu("One", 10, 400, 200), 16);
  known.source = "bench-v1.0";
  const Seen seen(std::vector{known});
  auto later = made_sample("b", 1, made_gpu("One", 10, 400, 200), 16);
  later.source = "bench-v2.0";
  EXPECT_EQ(seen.novelty(later), Novelty::new_architecture);
  later.source = "bench";
  EXPECT_EQ(seen.novelty(later), Novelty::new_architecture);
  later.source = "bench-two";
  EXPECT_EQ(seen.novelty(later), Novelty::new_source);
}

TEST(Seen, TellsWhatTheTrainingRowsHeld) {
  const auto one = made_gpu("One", 10, 400, 200), two = made_gpu("Two", 20, 600, 250);
  const std::vector<Sample> training{made_sample("a", 1, one, 16), made_sample("b", 1, two, 16)};
  const Seen seen(training);
  const auto novelty = [&](const Sample& sample) {
    return std::pair(seen.novelty(sample), seen.label(sample));
  };
  EXPECT_EQ(novelty(training[0]), std::pair(Novelty::repeat, std::string_view("configuration")));
  EXPECT_EQ(novelty(made_sample("a", 1, one, 32)),
            std::pair(Novelty::near, std::string_view("architecture")));
  EXPECT_EQ(novelty(made_sample("a", 1, two, 16)),
            std::pair(Novelty::pair, std::string_view("architecture")));
  EXPECT_EQ(novelty(made_sample("c", 1, two, 16)),
            std::pair(Novelty::new_architecture, std::string_view("gpu")));
  const auto three = made_gpu("Three", 1, 1, 1);
  EXPECT_EQ(novelty(made_sample("a", 1, three, 16)),
            std::pair(Novelty::new_gpu, std::string_view("architecture")));
  EXPECT_EQ(novelty(made_sample("c", 1, three, 16)),
            std::pair(Novelty::new_both, std::string_view("source")));
  EXPECT_EQ(novelty(made_sample("a7", 1, three, 16)),
            std::pair(Novelty::new_both, std::string_view("family")));
  // no graph, but what the table tells of a step
  auto columns = made_sample("c", 1, two, 16);
  columns.work.reset();
  EXPECT_EQ(seen.novelty(columns), Novelty::new_both);
  columns.step = Step{};
  EXPECT_EQ(seen.novelty(columns), Novelty::new_architecture);
  columns.step->work.nominal = true;
  EXPECT_EQ(seen.novelty(columns), Novelty::new_both);
  auto foreign = made_sample("c", 1, three, 16);
  foreign.source = "other";
  EXPECT_EQ(novelty(foreign), std::pair(Novelty::new_source, std::string_view("none")));
}

}  // namespace
}  // namespace joulecast::estimate
