// Scores by hand; bundles on disk; the measured runs where they are at hand.
#include "estimate/evaluation/evaluate_online.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "formats/run_bundle.hpp"
#include "recorded.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::estimate {
namespace {

using joulecast::testing::TemporaryDirectory;
using ::testing::HasSubstr;
using testing::recorded_run;

const NamedScores* find(const std::vector<NamedScores>& methods, std::string_view name) {
  for (const auto& method : methods)
    if (method.name == name) return &method;
  return nullptr;
}

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
  // STEP as told by the paper: s = 10, w = 5 is at most half of 40 epochs.
  EXPECT_LT(result.energy.find("step-energy")->second.absolute_percentage_error, 0.5);
  EXPECT_NEAR(result.energy.find("first-epoch")->second.absolute_percentage_error,
              first.absolute_percentage_error, 0.5);
  EXPECT_EQ(result.energy.count("mlco2"), 0u);  // no power limit is known
}

TEST(EvaluateRun, RefusesARunThatIsNotComplete) {
  auto run = recorded_run({.epochs = 10});
  run.info.total_work = 20;
  const auto result = evaluate_run(run);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("10 of 20 work done"));
}

TEST(EvaluateOnline, CountsTwoMetersOnOneRunOnce) {
  const TemporaryDirectory folder;
  int i = 0;
  for (const auto* id : {"8x-ac-net-run_1", "8x-dc-net-run_1", "8x-ac-net-run_2"}) {
    auto run = recorded_run({.epochs = 20, .watts = 100.0 + 10 * i});
    run.info.id = id;
    run.info.stream = std::string(id).find("-ac-") != std::string::npos ? "AC" : "DC";
    ASSERT_TRUE(formats::write_run_bundle(run, folder.path() / "deep" / std::to_string(i++)));
  }
  const auto evaluation = *evaluate_online({folder.path()});
  EXPECT_EQ(evaluation.runs, 2);
  EXPECT_EQ(find(evaluation.methods, "adaptive")->energy.runs, 2);
  ASSERT_EQ(evaluation.groups.size(), 1u);
  EXPECT_EQ(evaluation.groups[0].source, "test");
  EXPECT_TRUE(evaluation.skipped.empty());
  // A folder named twice is read once.
  EXPECT_EQ(evaluate_online({folder.path(), folder.path() / "deep"})->runs, 2);
}

TEST(EvaluateOnline, SaysWhatItLeftOutAndWhatItCannotRead) {
  const TemporaryDirectory folder;
  auto run = recorded_run({.epochs = 20});
  ASSERT_TRUE(formats::write_run_bundle(run, folder.path() / "good"));
  run.info.total_work.reset();
  ASSERT_TRUE(formats::write_run_bundle(run, folder.path() / "unknown"));
  const auto evaluation = *evaluate_online({folder.path()});
  EXPECT_EQ(evaluation.runs, 1);
  ASSERT_EQ(evaluation.skipped.size(), 1u);
  EXPECT_THAT(evaluation.skipped[0].reason, HasSubstr("total work is not known"));

  folder.write("bad/run.json", "{");
  const auto broken = evaluate_online({folder.path()});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::malformed);
  const TemporaryDirectory empty;
  EXPECT_EQ(evaluate_online({empty.path()}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(evaluate_online({empty.path() / "nowhere"}).error().kind, ErrorKind::invalid);
}

// What is published on these runs, or was agreed as the aim; from the recorded data, not from this program.
TEST(RecordedRuns, ReproduceTheReferenceFigures) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto seaa = *evaluate_online({root / "traces/seaa2023"});
  EXPECT_NEAR(find(seaa.variants, "step-energy s=10 w=5")->energy.mean_ape, 0.6, 0.1);
  EXPECT_NEAR(find(seaa.methods, "first-epoch")->energy.median_ape, 33, 2);
  EXPECT_LE(find(seaa.methods, "adaptive")->energy.mean_ape, 0.6);
  for (const auto* name : {"adaptive", "adaptive-first"}) {
    const auto coverage = *find(seaa.methods, name)->energy.coverage;
    EXPECT_GE(coverage, 0.85) << name;
    EXPECT_LE(coverage, 0.97) << name;
  }
  const auto mlperf = *evaluate_online({root / "traces/mlperf-v4.0"});
  EXPECT_GE(*find(mlperf.methods, "adaptive")->energy.coverage, 0.85);
  EXPECT_GE(*find(mlperf.methods, "adaptive-first")->energy.coverage, 0.85);
  for (const auto& group : mlperf.groups) {
    if (group.nodes > 1) continue;
    const auto* step = find(group.variants, "step-energy s=1 w=5");
    const auto* first = find(group.methods, "first-epoch");
    const auto* adaptive = find(group.methods, "adaptive");
    if (group.architecture == "dlrm_dcnv2" || group.architecture == "resnet") {
      EXPECT_GE(step->energy.median_ape, 0.1);
      EXPECT_LE(step->energy.median_ape, 0.5);
      EXPECT_LE(adaptive->energy.median_ape, 0.4);
      EXPECT_LE(adaptive->energy.p90_ape, 2);
    }
    if (group.architecture == "dlrm_dcnv2") {
      EXPECT_NEAR(first->energy.median_ape, 17, 2);
    }
    if (group.architecture == "unet3d") {
      EXPECT_NEAR(step->energy.median_ape, 12.5, 1);
      EXPECT_NEAR(first->energy.median_ape, 19, 1);
    }
  }
}

}  // namespace
}  // namespace joulecast::estimate
