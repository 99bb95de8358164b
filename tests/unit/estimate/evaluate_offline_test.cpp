#include "estimate/evaluation/evaluate_offline.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "support/shared_data.hpp"
#include "unit/estimate/offline_support.hpp"

namespace joulecast::estimate {
namespace {

using testing::made_samples;

TEST(Splits, NeverShareAGroup) {
  const auto samples = made_samples();
  using GroupOf = std::string (*)(const Sample&);
  const std::map<Split, GroupOf> kept{
      {Split::configuration, [](const Sample& sample) { return sample.configuration; }},
      {Split::architecture, [](const Sample& sample) { return sample.training.architecture; }}};
  for (const auto& [split, group] : kept) {
    const auto folds = make_folds(samples, split, {}).value();
    std::size_t tested = 0;
    for (const auto& fold : folds) {
      std::set<std::string> trained;
      for (const auto row : fold.train) trained.insert(group(samples[row]));
      for (const auto row : fold.test) EXPECT_FALSE(trained.contains(group(samples[row])));
      tested += fold.test.size();
    }
    EXPECT_EQ(tested, samples.size());
  }
}

TEST(Splits, EachGpuIsAFoldAndShotsMoveConfigurations) {
  const auto samples = made_samples();
  EXPECT_EQ(make_folds(samples, Split::gpu, {}).value().size(), 3U);
  SplitOptions options;
  options.shots = 5;
  options.draws = 2;
  const auto folds = make_folds(samples, Split::gpu, options).value();
  EXPECT_EQ(folds.size(), 6U);
  for (const auto& fold : folds) {
    const auto gpu = samples[fold.test.front()].gpu.name;
    std::set<std::string> given;
    for (const auto row : fold.train)
      if (samples[row].gpu.name == gpu) given.insert(samples[row].configuration);
    EXPECT_EQ(given.size(), 5U);
    std::set<std::string> networks;  // the five shots must be five networks, not one network five times
    for (const auto row : fold.train)
      if (samples[row].gpu.name == gpu) networks.insert(samples[row].training.architecture);
    EXPECT_EQ(networks.size(), 5U);
  }
  EXPECT_NE(folds[0].test, folds[1].test);
}

TEST(Splits, PairsAreOfKnownPartners) {
  auto samples = made_samples();
  // A workload that ran on one GPU only is never held out.
  samples.push_back(testing::made_sample("alone", 1, testing::made_gpu("One", 10, 400, 200), 16));
  const auto folds = make_folds(samples, Split::pair, {}).value();
  std::set<std::size_t> tested;
  for (const auto& fold : folds) {
    std::set<std::string> pairs, workloads, hosts;
    for (const auto row : fold.train) {
      pairs.insert(samples[row].pair());
      workloads.insert(samples[row].workload());
      hosts.insert(samples[row].host());
    }
    for (const auto row : fold.test) {
      EXPECT_FALSE(pairs.contains(samples[row].pair()));
      EXPECT_TRUE(workloads.contains(samples[row].workload()));
      EXPECT_TRUE(hosts.contains(samples[row].host()));
      EXPECT_TRUE(tested.insert(row).second);
    }
  }
  EXPECT_EQ(tested.size(), samples.size() - 1);
}

TEST(Splits, OneGroupCannotBeSplit) {
  auto samples = made_samples();
  std::erase_if(samples, [](const Sample& sample) { return sample.gpu.name != "One"; });
  EXPECT_EQ(make_folds(samples, Split::gpu, {}).error().kind, ErrorKind::invalid);
}

const OfflineScores& score(const std::vector<OfflineScores>& scores, std::string_view name, Target target) {
  for (const auto& entry : scores)
    if (entry.name == name && entry.target == target) return entry;
  throw std::runtime_error("no such score");
}

TEST(EvaluateOffline, ScoresHeldOutRowsWithIntervals) {
  OfflineEvaluationOptions options;
  options.methods = {"physics", "mlco2"};
  const auto samples = made_samples();
  const auto result = evaluate_offline(samples, Split::configuration, options).value();
  EXPECT_EQ(result.test_rows, samples.size());
  EXPECT_EQ(result.split, "configuration");
  const auto& physics = score(result.methods, "physics", Target::epoch_time);
  EXPECT_LT(physics.scores.median_ape, 5);
  ASSERT_TRUE(physics.scores.coverage);
  EXPECT_GT(*physics.scores.coverage, 0.8);
  EXPECT_TRUE(score(result.methods, "mlco2", Target::epoch_energy).told_duration);
  EXPECT_EQ(result.groups.size(), 3U);
}

TEST(EvaluateOffline, AnotherTableIsTestedWithIntervalsOfTheFirst) {
  std::vector<Sample> train, test;
  for (const auto& sample : made_samples())
    (sample.training.architecture == "net5" ? test : train).push_back(sample);
  OfflineEvaluationOptions options;
  options.methods = {"physics"};
  const auto result = evaluate_offline(train, test, options).value();
  EXPECT_EQ(result.split, "table");
  EXPECT_EQ(result.train_rows, train.size());
  EXPECT_EQ(result.test_rows, test.size());
  for (const auto& group : result.groups) EXPECT_EQ(group.seen, "family");
  EXPECT_TRUE(result.methods.front().scores.coverage);
}

TEST(EvaluateOffline, RefusesAnUnknownMethod) {
  OfflineEvaluationOptions options;
  options.methods = {"crystal-ball"};
  EXPECT_EQ(evaluate_offline(made_samples(), Split::random, options).error().kind, ErrorKind::invalid);
}

TEST(EvaluateOffline, PhysicsHoldsOnConfigurationsThatItHasNotSeen) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto file = root / "tables" / "workloads.csv";
  const auto table = formats::read_workload_table(file).value();
  const auto samples = samples_of(table, sample_context({file}).value()).value();
  OfflineEvaluationOptions options;
  options.methods = {"physics"};
  const auto result = evaluate_offline(samples, Split::configuration, options).value();
  EXPECT_LT(score(result.methods, "physics", Target::power).scores.median_ape, 6);
  EXPECT_LT(score(result.methods, "physics", Target::epoch_time).scores.median_ape, 10);
  EXPECT_LT(score(result.methods, "physics", Target::epoch_energy).scores.median_ape, 10);
  for (const auto target : epoch_targets) {
    const auto coverage = *score(result.methods, "physics", target).scores.coverage;
    EXPECT_GT(coverage, 0.85);
    EXPECT_LT(coverage, 0.95);
  }
}

}  // namespace
}  // namespace joulecast::estimate
