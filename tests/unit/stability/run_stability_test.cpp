// Tests a run's stability in seconds and epochs, and the projection from there, on runs with known answers.
#include "stability/run_stability.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace joulecast::stability {
namespace {

trace::Trace gauge(std::string name, double begin, double step, std::size_t n, double (*power)(double)) {
  trace::Trace made;
  made.channel.name = std::move(name);
  made.channel.quantity = trace::Quantity::power;
  made.channel.component = trace::Component::gpu;
  made.channel.device = made.channel.name;
  std::mt19937_64 generator{1};
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = begin + static_cast<double>(i) * step;
    made.times.push_back(t);
    made.values.push_back(power(t) + normal(generator));
  }
  return made;
}

double two_levels(double t) {
  return t < 200 ? 150 : 300;
}

trace::Run run_with(std::vector<trace::Trace> traces, trace::Span span) {
  trace::Run run;
  run.info.id = "r";
  run.traces = std::move(traces);
  run.span = span;
  return run;
}

const std::vector<const StabilityDetector*> pelt_only{&pelt_detector};

TEST(PowerSignal, IsTheGaugesOwnReadingsWithinTheRun) {
  const auto run = run_with({gauge("gpu0", -30, 1, 700, two_levels)}, {Seconds{0}, Seconds{600}});
  const auto signal = power_signal(run);
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->times.front(), 0);
  EXPECT_EQ(signal->times.back(), 600);
  EXPECT_EQ(signal->watts[50], run.traces[0].values[80]);
  EXPECT_DOUBLE_EQ(signal->step.value(), 1);
}

TEST(PowerSignal, CountsFromTheRunsBegin) {
  const auto run = run_with({gauge("gpu0", 0, 1, 700, two_levels)}, {Seconds{100}, Seconds{600}});
  const auto signal = power_signal(run);
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->times.front(), 0);
  const auto stability = stability_of(run, pelt_only);
  ASSERT_TRUE(stability);
  EXPECT_NEAR(stability->points[0].stable_from->value(), 100, 2);
}

TEST(PowerSignal, ManyReadingsBecomeMeansOverSeconds) {
  const auto run = run_with({gauge("gpu0", 0, 0.1, 4001, two_levels)}, {Seconds{0}, Seconds{400}});
  const auto signal = power_signal(run);
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->times.size(), 400U);
  EXPECT_NEAR(signal->watts[10], 150, 2);
  EXPECT_NEAR(signal->watts[390], 300, 2);
}

TEST(PowerSignal, SumsNodesAtTheSlowestStep) {
  const auto run = run_with({gauge("a", 0, 2, 201, two_levels), gauge("b", 0.7, 2, 200, two_levels)},
                            {Seconds{0}, Seconds{400}});
  const auto signal = power_signal(run);
  ASSERT_TRUE(signal);
  EXPECT_NEAR(signal->step.value(), 2, 1e-9);
  EXPECT_NEAR(signal->watts[150], 600, 5);
}

TEST(PowerSignal, IsUnavailableWithoutPower) {
  EXPECT_EQ(power_signal(run_with({}, {})).error().kind, ErrorKind::unavailable);
}

trace::Run with_epochs(double epoch_length) {
  auto run = run_with({gauge("gpu0", 0, 1, 1001, two_levels)}, {Seconds{0}, Seconds{1000}});
  for (int e = 0; e * epoch_length < 1000; ++e)
    run.epochs.push_back({e + 1,
                          {Seconds{e * epoch_length}, Seconds{(e + 1) * epoch_length}},
                          std::nullopt,
                          std::nullopt,
                          {}});
  return run;
}

TEST(StabilityOf, NamesTheRecordedEpochByItsIndex) {
  const auto stability = stability_of(with_epochs(50), pelt_only);
  ASSERT_TRUE(stability);
  EXPECT_EQ(stability->epoch_source, EpochSource::recorded);
  EXPECT_NEAR(stability->points[0].stable_from->value(), 200, 2);
  // Epochs count from 1 in this run; second 200 begins the fifth, 199 is in the fourth.
  EXPECT_THAT(*stability->points[0].stable_epoch, testing::AnyOf(4, 5));
}

TEST(StabilityOf, KnowsNoEpochWhereNothingTellsOne) {
  const auto stability =
      stability_of(run_with({gauge("gpu0", 0, 1, 601, two_levels)}, {Seconds{0}, Seconds{600}}), pelt_only);
  ASSERT_TRUE(stability);
  EXPECT_EQ(stability->epoch_source, EpochSource::none);
  EXPECT_FALSE(stability->points[0].stable_epoch);
}

TEST(StabilityOf, TakesEpochsFromThePower) {
  const auto run =
      run_with({gauge("gpu0", 0, 1, 1601, [](double t) { return std::fmod(t, 40) < 30 ? 300.0 : 180.0; })},
               {Seconds{0}, Seconds{1600}});
  const auto stability = stability_of(run, pelt_only);
  ASSERT_TRUE(stability);
  ASSERT_EQ(stability->epoch_source, EpochSource::power);
  EXPECT_NEAR(static_cast<double>(stability->epochs.size()), 40, 1);
  EXPECT_NEAR(stability->epochs[20].begin.value(), 40 * std::round(stability->epochs[20].begin.value() / 40),
              1.5);
}

TEST(StabilityOf, SaysWhyAMethodHasNoPoint) {
  const auto run = run_with({gauge("gpu0", 0, 1, 50, two_levels)}, {Seconds{0}, Seconds{49}});
  const std::vector<const StabilityDetector*> fluss{&fluss_detector};
  const auto stability = stability_of(run, fluss);
  ASSERT_TRUE(stability);
  EXPECT_FALSE(stability->points[0].stable_from);
  EXPECT_THAT(stability->points[0].reason, testing::HasSubstr("too few"));
}

TEST(ProjectFrom, IsExactAfterTheChangeAndWrongBefore) {
  // 150 W for 200 s, then 300 W to 1000 s: 270 kJ. From the start: 5 epochs of 50 s at 150 W (the last at
  // 300).
  const auto run = with_epochs(50);
  const auto after = project_from(run, Seconds{200});
  ASSERT_TRUE(after);
  EXPECT_NEAR(after->error, 0, 0.002);
  EXPECT_NEAR(after->observed, (200 * 150 + 250 * 300) / 270e3, 0.005);
  const auto before = project_from(run, Seconds{0});
  ASSERT_TRUE(before);
  EXPECT_NEAR(before->error, 1 - (4 * 150 * 50 + 300 * 50) / 5.0 * 20 / 270e3, 0.01);
}

TEST(ProjectFrom, UsesWorkAndNotCounts) {
  // One long first epoch with four times the work of the others: projected right only by work.
  auto run = run_with({gauge("gpu0", 0, 1, 1001, [](double) { return 200.0; })}, {Seconds{0}, Seconds{1000}});
  double begin = 0;
  for (int e = 0; begin < 1000; ++e) {
    const double length = e == 0 ? 400 : 100;
    run.epochs.push_back({e, {Seconds{begin}, Seconds{begin + length}}, length / 100, std::nullopt, {}});
    begin += length;
  }
  const auto projection = project_from(run, Seconds{0}, 1);
  ASSERT_TRUE(projection);
  EXPECT_NEAR(projection->error, 0, 0.005);
}

TEST(ProjectFrom, EqualPartsStandForUnrecordedEpochs) {
  auto run = run_with({gauge("gpu0", 0, 1, 1001, two_levels)}, {Seconds{0}, Seconds{1000}});
  EXPECT_FALSE(project_from(run, Seconds{0}));
  run.info.total_work = 20;
  const auto projection = project_from(run, Seconds{200});
  ASSERT_TRUE(projection);
  EXPECT_NEAR(projection->error, 0, 0.002);
}

TEST(ProjectFrom, WorkCountedInSamplesMakesNoParts) {
  auto run = run_with({gauge("gpu0", 0, 1, 1001, two_levels)}, {Seconds{0}, Seconds{1000}});
  run.info.total_work = 1e15;  // as many spans would not fit into any memory
  EXPECT_FALSE(project_from(run, Seconds{200}));
}

TEST(ProjectFrom, NothingAfterTheLastEpoch) {
  EXPECT_FALSE(project_from(with_epochs(50), Seconds{960}));
}

}  // namespace
}  // namespace joulecast::stability
