// Segments of one training, joined: what is added, what counts once, and what is told.
#include "trace/segment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t second_ns = 1'000'000'000;

/// A GPU at a constant power, read every second and once after the run's end.
Run run_at(double watts, double seconds, std::int64_t started_s, const std::string& host = "node7") {
  Run run;
  run.info.id = "run-" + std::to_string(started_s);
  run.host.hostname = host;
  run.host.gpus = {"A100"};
  run.started = WallTime{started_s * second_ns};
  run.span = {Seconds{0}, Seconds{seconds}};
  auto& trace = run.traces.emplace_back();
  trace.channel.name = "gpu0_power";
  trace.channel.component = Component::gpu;
  trace.channel.device = "0";
  for (double t = 0; t <= seconds + 1; t += 1) {
    trace.times.push_back(t);
    trace.values.push_back(watts);
  }
  return run;
}

/// One epoch each so many seconds, of `total` from `first` on.
void add_epochs(Run& run, int first, int count, double each, double total) {
  run.info.total_work = total - first;
  run.info.work_unit = "epoch";
  const auto end = Seconds{each * count};
  run.phases = {{"train", "epoch", {Seconds{0}, end}, double(count), total - first, {}, double(first)}};
  run.progress.push_back({Seconds{0}, 0, 0});
  for (int i = 0; i < count; ++i) {
    Epoch epoch;
    epoch.index = first + i + 1;
    epoch.span = {Seconds{i * each}, Seconds{(i + 1) * each}};
    run.epochs.push_back(epoch);
    run.progress.push_back({epoch.span.end, i + 1.0, 0});
  }
}

TEST(Segments, OneRunStaysAsItIs) {
  const auto run = join_segments({run_at(100, 10, 0)});
  EXPECT_THAT(run.info.segments, IsEmpty());
  EXPECT_DOUBLE_EQ(run.span.end.value(), 10);
}

TEST(Segments, EnergiesAndTimesAddUpWithoutTheGapBetweenThem) {
  auto first = run_at(100, 10, 0);
  auto second = run_at(200, 20, 5000);
  second.status = RunStatus::failed;
  second.exit_status = 3;
  const auto run = join_segments({first, second});
  const auto energy = energy_of(run);
  EXPECT_NEAR(energy.total->value(), 1000 + 4000, 1e-6);
  EXPECT_NEAR(run.span.length().value(), 30, 0.01);
  EXPECT_NEAR(wall_clock_of(run.info.segments)->value(), 5020, 1e-6);
  EXPECT_NEAR(energy.coverage, 1, 1e-6);
  EXPECT_FALSE(energy.not_measured);
  EXPECT_NEAR(energy.mean_power->value(), 5000 / 30.0, 0.1);
  EXPECT_EQ(run.status, RunStatus::failed);
  EXPECT_EQ(run.exit_status, 3);
  EXPECT_EQ(run.info.id, "run-0");
  ASSERT_EQ(run.info.segments.size(), 2);
  EXPECT_EQ(run.info.segments[1].id, "run-5000");
  EXPECT_THAT(run.notes, IsEmpty());
  ASSERT_EQ(run.traces.size(), 1);
  EXPECT_TRUE(check(run.traces.front()));
  EXPECT_NEAR(total_energy(run)->values.back(), 5000, 1e-6);
}

TEST(Segments, CountersGoOnFromWhereTheyStood) {
  const auto counting = [](double watts, std::int64_t started) {
    auto run = run_at(watts, 10, started);
    auto& trace = run.traces.front();
    trace.channel.quantity = Quantity::energy;
    trace.channel.behaviour = Behaviour::counter;
    for (std::size_t i = 0; i < trace.size(); ++i) trace.values[i] = watts * trace.times[i];
    return run;
  };
  const auto run = join_segments({counting(100, 0), counting(50, 100), counting(10, 200)});
  EXPECT_NEAR(energy_of(run).total->value(), 1600, 1e-6);
  EXPECT_TRUE(check(run.traces.front()));
  EXPECT_EQ(run.info.segments.size(), 3);
}

/// As a rank leaves it that is killed just after an epoch.
TEST(Segments, WhatComesAfterASegmentsLastReadingIsNotGuessed) {
  auto first = run_at(100, 10, 0);
  auto& trace = first.traces.front();
  trace.times.resize(9);
  trace.values.resize(9);
  const auto alone = energy_of(first);
  const auto run = join_segments({first, run_at(300, 10, 100)});
  const auto joined = energy_of(run, run.info.segments.front().span, {});
  EXPECT_NEAR(joined.total->value(), alone.total->value(), 1e-6);
  EXPECT_NEAR(joined.coverage, alone.coverage, 1e-9);
  EXPECT_NEAR(energy_of(run).total->value(), 800 + 3000, 1e-6);
}

TEST(Segments, ResumedFromACheckpointTheWorkCountsOnceAndItsEnergyTwice) {
  auto first = run_at(100, 60, 0);
  add_epochs(first, 0, 6, 10, 10);  // killed after the sixth epoch; the last checkpoint was after the fourth
  auto second = run_at(200, 60, 1000);
  add_epochs(second, 4, 6, 10, 10);
  const auto run = join_segments({first, second});
  ASSERT_EQ(run.phases.size(), 1);
  EXPECT_DOUBLE_EQ(run.phases.front().work, 10);
  EXPECT_DOUBLE_EQ(*run.phases.front().total_work, 10);
  EXPECT_DOUBLE_EQ(*run.info.total_work, 10);
  EXPECT_EQ(run.epochs.size(), 10);
  std::vector<int> numbers;
  for (const auto& epoch : run.epochs) numbers.push_back(epoch.index);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  double last = 0;
  for (const auto& point : run.progress) {
    EXPECT_GE(point.work, last);
    last = point.work;
  }
  EXPECT_DOUBLE_EQ(last, 10);
  const Span redone{Seconds{40}, Seconds{60}};
  EXPECT_EQ(run.info.segments[0].redone, redone);
  ASSERT_EQ(run.windows.size(), 1);
  EXPECT_EQ(run.windows[0].name, redone_window);
  EXPECT_NEAR(energy_of(run).total->value(), 6000 + 12000, 1e-6);
  EXPECT_NEAR((*span_energies(run, std::span(&redone, 1)).front()).value(), 2000, 1e-6);
}

/// The rank that measured was killed in the sixth epoch; one that was in it, too, says so once more.
TEST(Segments, AnotherRankThatGoesOnMeasuringHasDoneNothingTwice) {
  auto first = run_at(100, 55, 0);
  add_epochs(first, 0, 5, 10, 10);
  first.phases.front().work = 5.5;
  first.phases.front().span.end = Seconds{55};
  first.epochs.push_back({6, {Seconds{50}, Seconds{55}}, 0.5, {}, {}, 0});
  first.progress.push_back({Seconds{55}, 5.5, 0});
  auto second = run_at(100, 50, 56);
  add_epochs(second, 5, 5, 10, 10);
  for (auto* run : {&first, &second}) {
    run->info.job.id = "7";
    run->info.job.scheduler = "slurm";
  }
  first.info.job.local_rank = 0;
  second.info.job.local_rank = 1;
  const auto run = join_segments({first, second});
  std::vector<int> numbers;
  for (const auto& epoch : run.epochs) numbers.push_back(epoch.index);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_DOUBLE_EQ(run.epochs[5].span.begin.value(), 50);
  EXPECT_EQ(run.info.segments[0].redone, Span{});
  EXPECT_THAT(run.windows, IsEmpty());
  EXPECT_DOUBLE_EQ(run.phases.front().work, 10);

  auto requeued = second;
  requeued.info.job.restarts = 1;
  EXPECT_EQ(join_segments({first, requeued}).windows.size(), 1);
  auto same_rank = second;
  same_rank.info.job.local_rank = 0;
  EXPECT_EQ(join_segments({first, same_rank}).windows.size(), 1);
}

TEST(Segments, ACheckpointWithinAnEpochLeavesItsFirstPart) {
  auto first = run_at(100, 60, 0);
  add_epochs(first, 0, 6, 10, 10);
  auto second = run_at(100, 45, 100);
  second.info.total_work = 4.5;
  second.phases = {{"train", "epoch", {Seconds{0}, Seconds{45}}, 4.5, 4.5, {}, 5.5}};
  second.progress = {{Seconds{0}, 0, 0}, {Seconds{45}, 4.5, 0}};
  const auto run = join_segments({first, second});
  EXPECT_DOUBLE_EQ(run.phases.front().work, 10);
  ASSERT_EQ(run.epochs.size(), 6);
  EXPECT_NEAR(run.epochs.back().span.end.value(), 55, 1e-9);
  EXPECT_NEAR(*run.epochs.back().work, 0.5, 1e-9);
  EXPECT_NEAR(run.info.segments[0].redone.length().value(), 5, 1e-9);
}

TEST(Segments, WithoutACheckpointEverythingIsDoneTwice) {
  auto first = run_at(100, 30, 0);
  add_epochs(first, 0, 3, 10, 5);
  auto second = run_at(100, 50, 100);
  add_epochs(second, 0, 5, 10, 5);
  const auto run = join_segments({first, second});
  EXPECT_DOUBLE_EQ(run.phases.front().work, 5);
  EXPECT_EQ(run.epochs.size(), 5);
  EXPECT_NEAR(run.info.segments[0].redone.length().value(), 30, 1e-9);
}

TEST(Segments, ATrainingThatAnnouncesOnlyItsRestGoesOn) {
  auto first = run_at(100, 30, 0);
  add_epochs(first, 0, 3, 10, 10);
  auto second = run_at(100, 70, 100);
  add_epochs(second, 0, 7, 10, 7);  // "epoch 1/7" of the seven that were left
  const auto run = join_segments({first, second});
  EXPECT_DOUBLE_EQ(run.phases.front().work, 10);
  EXPECT_DOUBLE_EQ(*run.phases.front().total_work, 10);
  EXPECT_EQ(run.info.segments[0].redone.length().value(), 0);
}

TEST(Segments, ACheckpointOlderThanASegmentMarksBoth) {
  auto first = run_at(100, 30, 0);
  add_epochs(first, 0, 3, 10, 10);
  auto second = run_at(100, 20, 100);
  add_epochs(second, 3, 2, 10, 10);
  auto third = run_at(100, 80, 200);
  add_epochs(third, 2, 8, 10, 10);
  const auto run = join_segments({first, second, third});
  EXPECT_DOUBLE_EQ(run.phases.front().work, 10);
  EXPECT_NEAR(run.info.segments[0].redone.length().value(), 10, 0.01);
  EXPECT_NEAR(run.info.segments[1].redone.length().value(), 20, 0.01);
  EXPECT_EQ(run.windows.size(), 2);
}

TEST(Segments, AnotherMachineIsToldAndItsDevicesStayApart) {
  const auto run = join_segments({run_at(100, 10, 0, "node7"), run_at(300, 10, 100, "node8")});
  EXPECT_THAT(run.notes, Contains(HasSubstr("segment 2 ran on node8, the one before on node7")));
  const auto energy = energy_of(run);
  EXPECT_NEAR(energy.total->value(), 4000, 1e-6);
  EXPECT_NEAR(energy.coverage, 1, 1e-6);  // neither was to be measured while the other ran
  ASSERT_GE(energy.components.size(), 2);
  EXPECT_EQ(energy.components[0].node, "node7");
}

TEST(Segments, OtherGpusOfOneMachineAreToldAndStayApart) {
  auto first = run_at(100, 10, 0);
  auto second = run_at(300, 10, 100);
  second.traces.front().channel.device = "1";
  second.host.gpus = {"H100"};
  const auto run = join_segments({first, second});
  EXPECT_THAT(run.notes, Contains(HasSubstr("other GPUs")));
  ASSERT_EQ(run.traces.size(), 2);
  EXPECT_EQ(run.traces[1].channel.name, "gpu0_power@2");
  EXPECT_NEAR(energy_of(run).total->value(), 4000, 1e-6);
}

TEST(Segments, AClockThatWentBackIsToldAndChangesNoOrder) {
  const auto run = join_segments({run_at(100, 600, 10'000), run_at(200, 10, 10'300)});
  EXPECT_THAT(run.notes, Contains(HasSubstr("began 5 min 00 s before the one before it had ended")));
  EXPECT_FALSE(wall_clock_of(run.info.segments));
  EXPECT_EQ(run.info.segments[0].id, "run-10000");
}

TEST(Segments, WhatOneSegmentCouldNotMeasureIsNamed) {
  auto second = run_at(100, 10, 100);
  second.traces.clear();
  const auto energy = energy_of(join_segments({run_at(100, 10, 0), second}));
  EXPECT_NEAR(energy.total->value(), 1000, 1e-6);
  EXPECT_NEAR(energy.not_measured->value(), 10, 1e-6);
}

}  // namespace
}  // namespace joulecast::trace
