#include "estimate/offline/training_coverage.hpp"

#include <gmock/gmock.h>

#include "estimate/offline/seen.hpp"
#include "unit/estimate/offline_support.hpp"

namespace joulecast::estimate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::made_gpu;
using testing::made_sample;

std::vector<std::string> names_of(const std::vector<MeasuredGroup>& groups) {
  std::vector<std::string> names;
  for (const auto& group : groups) names.push_back(group.architecture + " on " + group.gpu);
  return names;
}

std::vector<std::string> features_of(const std::vector<OutsideRange>& outside) {
  std::vector<std::string> features;
  for (const auto& each : outside) features.push_back(each.range.feature);
  return features;
}

TEST(MeasuredGroups, JoinTheConfigurationsOfANetworkOnAHost) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  std::vector<Sample> samples{made_sample("a", 1, gpu, 16), made_sample("a", 1, gpu, 64),
                              made_sample("a", 1, gpu, 64), made_sample("cell1", 1, gpu, 8),
                              made_sample("cell2", 2, gpu, 8)};
  const auto groups = measured_groups(samples);
  ASSERT_THAT(names_of(groups), ElementsAre("a on One", "cell on One"));
  EXPECT_EQ(groups[0].configurations, 2);
  EXPECT_EQ(groups[0].batch_low, 16);
  EXPECT_EQ(groups[0].batch_high, 64);
  EXPECT_EQ(groups[0].gmacs, 1);
  EXPECT_EQ(groups[1].configurations, 2);
}

TEST(NearestGroups, AreTheMostAlikeFirst) {
  const auto small = made_gpu("Small", 10, 400, 200), large = made_gpu("Large", 40, 900, 350);
  const std::vector<Sample> samples{made_sample("tiny", 0.1, small, 16), made_sample("own", 1, large, 16),
                                    made_sample("own", 1, small, 256), made_sample("own", 1, small, 16)};
  const auto groups = measured_groups(samples);
  EXPECT_THAT(names_of(nearest_groups(groups, made_sample("own", 1, small, 32), 2)),
              ElementsAre("own on Small", "own on Large"));
  EXPECT_THAT(names_of(nearest_groups(groups, made_sample("other", 0.12, small, 16), 1)),
              ElementsAre("tiny on Small"));
  EXPECT_EQ(nearest_groups(groups, samples[0], 9).size(), groups.size());
}

TEST(TrainingRanges, TellWhatLiesOutsideOfThem) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  const std::vector<Sample> samples{made_sample("a", 1, gpu, 16), made_sample("b", 4, gpu, 64)};
  const auto ranges = training_ranges(samples);
  EXPECT_THAT(outside_ranges(ranges, made_sample("c", 2, gpu, 64)), IsEmpty());
  EXPECT_THAT(outside_ranges(ranges, made_sample("c", 2, gpu, 64.01)), IsEmpty());  // rounded in a file
  const auto outside = outside_ranges(ranges, made_sample("c", 5, made_gpu("Two", 10, 400, 250), 128));
  EXPECT_THAT(features_of(outside), ElementsAre("batch_size", "gmacs", "power_limit_w"));
  EXPECT_EQ(outside[0].value, 128);
  EXPECT_EQ(outside[0].range.low, 16);
  EXPECT_EQ(outside[0].range.high, 64);
  auto unknown = made_sample("c", 2, gpu, 16);
  unknown.training.gflops_forward_per_sample.reset();
  EXPECT_THAT(outside_ranges(ranges, unknown), IsEmpty());
}

/// The groups in a model file must classify a sample as the rows themselves do, except for repeats.
TEST(Seen, TellsOfGroupsWhatItTellsOfTheirRows) {
  const auto one = made_gpu("One", 10, 400, 200), two = made_gpu("Two", 20, 600, 250),
             three = made_gpu("Three", 35, 900, 350);
  const std::vector<Sample> training{made_sample("a", 1, one, 16), made_sample("b", 1, two, 16)};
  const auto groups = measured_groups(training);
  const Seen of_rows(training), of_groups(groups);
  auto other_data = made_sample("a", 1, one, 32), foreign = other_data;
  other_data.training.dataset = "texts";
  foreign.training.framework = "tensorflow";
  const std::vector<Sample> samples{made_sample("a", 1, one, 32),
                                    made_sample("a", 1, two, 16),
                                    made_sample("a", 1, three, 16),
                                    made_sample("c", 1, two, 16),
                                    made_sample("c", 1, three, 16),
                                    other_data,
                                    foreign};
  for (const auto& sample : samples)
    EXPECT_EQ(name_of(of_groups.novelty(sample)), name_of(of_rows.novelty(sample))) << sample.pair();
  EXPECT_EQ(of_rows.novelty(training[0]), Novelty::repeat);
  EXPECT_EQ(of_groups.novelty(training[0]), Novelty::near);
}

TEST(Novelty, IsFoundByItsName) {
  for (int i = 0; i <= static_cast<int>(Novelty::new_source); ++i)
    EXPECT_EQ(novelty_from(name_of(static_cast<Novelty>(i))), static_cast<Novelty>(i));
  EXPECT_EQ(novelty_from("odd"), std::nullopt);
}

}  // namespace
}  // namespace joulecast::estimate
