#include "session/forecast/calibrate_machine.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/files.hpp"
#include "estimate/offline/physics/physics.hpp"
#include "support/temporary_directory.hpp"
#include "unit/estimate/offline_support.hpp"

namespace joulecast::session {
namespace {

using estimate::Sample;
using estimate::Target;
using estimate::testing::made_gpu;
using estimate::testing::made_sample;

constexpr auto power = static_cast<std::size_t>(Target::power);
constexpr auto time = static_cast<std::size_t>(Target::epoch_time);

const estimate::PhysicsModel& known() {
  static const auto model = *estimate::PhysicsModel::fit(estimate::testing::made_samples());
  return model;
}

estimate::ModelFile file() {
  estimate::ModelFile model;
  model.methods.push_back({&estimate::physics_method, std::make_unique<estimate::PhysicsModel>(known()), {}});
  return model;
}

/// A run on a separate board, by made_samples()' law times the given factors.
Sample run(int network, double batch, double time_factor, double power_factor) {
  const auto gpu = made_gpu("Own", 20, 600, 250);
  const double size = 0.5 * std::pow(1.3, network);
  auto sample = made_sample("net" + std::to_string(network), size, gpu, batch);
  sample.source = "here";
  const double work = 6e9 * size * batch / (gpu.fp32_tflops * 1e12 * 0.25);
  const double step = work + 0.02;
  const double watts = power_factor * gpu.power_limit.value() * (0.25 + 0.6 * work / step);
  const double seconds = time_factor * 50000 / batch * step;
  sample.measured = {watts, seconds, watts * seconds};
  return sample;
}

double time_error(const estimate::ModelFile& model, const Sample& sample) {
  const auto forecast = model.find("physics")->model->predict(sample);
  return std::abs(std::log(*forecast.epoch_time_s / *sample.measured.epoch_time_s));
}

TEST(UpdateModel, FollowsRunsThatAreAlike) {
  std::vector<Sample> runs;
  for (const int network : {0, 4, 8, 11})
    for (const double batch : {16.0, 64.0}) runs.push_back(run(network, batch, 2.5, 0.8));
  auto model = file();
  const auto before = time_error(model, run(6, 32, 2.5, 0.8));
  const auto errors = update_model(model, {}, runs);
  ASSERT_TRUE(errors);
  EXPECT_EQ(errors->configurations, 8);
  EXPECT_NE(errors->followed, Followed::not_at_all);
  EXPECT_NE(errors->followed, Followed::own_workloads);
  EXPECT_GT(*errors->before[time], 50);
  EXPECT_LT(*errors->after[time], 0.3 * *errors->before[time]);
  EXPECT_LT(*errors->after[power], *errors->before[power]);
  EXPECT_LT(time_error(model, run(6, 32, 2.5, 0.8)), 0.4 * before);  // a network that was not run
  ASSERT_EQ(model.measured.size(), 4u);
  EXPECT_EQ(model.measured[0].source, "here");
}

/// Each workload is off by its own factor, so that nothing can be learned for the others.
TEST(UpdateModel, UnlikeRunsNeverMakeItWorse) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> factor(-1.2, 1.2), watts(-0.3, 0.3);
    std::vector<Sample> runs;
    for (const int network : {0, 3, 5, 8, 11})
      runs.push_back(run(network, 32, std::exp(factor(random)), std::exp(watts(random))));
    auto model = file();
    const auto errors = update_model(model, {}, runs);
    ASSERT_TRUE(errors);
    // A 5 % difference between repeats, in |log|, is at most 10 points if the error is a factor of two.
    EXPECT_LT(*errors->after[time], 1.05 * *errors->before[time] + 5) << seed;
    EXPECT_LT(*errors->after[power], 1.05 * *errors->before[power] + 5) << seed;
  }
}

TEST(UpdateModel, WhatWasRunIsPredictedAsItWasEvenWhereTheRunsAreUnlike) {
  std::vector<Sample> runs;
  const std::vector<double> factors{0.4, 2.5, 0.5, 2.0, 1.0};
  for (std::size_t i = 0; i < factors.size(); ++i)
    runs.push_back(run(2 * static_cast<int>(i), 32, factors[i], 1));
  auto model = file();
  const auto errors = update_model(model, {}, runs);
  ASSERT_TRUE(errors);
  ASSERT_NE(errors->followed, Followed::not_at_all);
  for (const auto& sample : runs) EXPECT_LT(time_error(model, sample), 0.15) << sample.training.architecture;
}

TEST(UpdateModel, TooFewRunsCountForThemselvesAlone) {
  const auto own = run(4, 32, 3, 1);
  auto model = file();
  const auto errors = update_model(model, {}, {own});
  ASSERT_TRUE(errors);
  EXPECT_EQ(errors->followed, Followed::own_workloads);
  EXPECT_LT(time_error(model, own), 0.1);
  const auto other = run(11, 16, 1, 1);
  EXPECT_NEAR(
      *model.find("physics")->model->predict(other).epoch_time_s / *known().predict(other).epoch_time_s, 1,
      0.05);
}

TEST(UpdateModel, MicroWorkloadsThatContradictTheRunsDoNotCount) {
  std::vector<Sample> runs, micro;
  for (const int network : {0, 2, 4, 6, 8, 10}) runs.push_back(run(network, 32, 1, 1));
  for (const int network : {1, 5, 9}) {
    micro.push_back(run(network, 64, 6, 1));
    micro.back().training.dataset = "micro-workload";
  }
  auto model = file();
  const auto errors = update_model(model, micro, runs);
  ASSERT_TRUE(errors);
  EXPECT_FALSE(errors->micro_followed);
  EXPECT_LT(*errors->after[time], *errors->before[time] + 1);
}

TEST(UpdateModel, WithoutRunsTheMicroWorkloadsCount) {
  std::vector<Sample> micro;
  for (const int network : {1, 5, 9}) micro.push_back(run(network, 64, 3, 1));
  auto model = file();
  const auto before = time_error(model, run(6, 64, 3, 1));
  const auto errors = update_model(model, micro, {});
  ASSERT_TRUE(errors);
  EXPECT_EQ(errors->configurations, 0);
  EXPECT_FALSE(errors->before[time]);
  EXPECT_TRUE(errors->micro_followed);
  EXPECT_LT(time_error(model, run(6, 64, 3, 1)), 0.5 * before);
  EXPECT_TRUE(model.measured.empty());
}

TEST(UpdateModel, NeedsAPhysicsModel) {
  estimate::ModelFile empty;
  const auto errors = update_model(empty, {}, {});
  ASSERT_FALSE(errors);
  EXPECT_EQ(errors.error().kind, ErrorKind::invalid);
}

/// A calibration whose micro-workloads are only said to have run, on a machine that was this busy meanwhile.
Result<CalibrationResult> calibrated(double busy_while_idle, const std::filesystem::path& folder) {
  CalibrationRequest request;
  request.cpu_command = {"workload", "{workload}", "{output}"};
  request.output = folder / "calibrated.json";
  request.measure = [&](const CommandToMeasure& what) -> Result<MeasuredCommand> {
    if (auto written = write_file(what.command[2], "1e9 0.1\n"); !written) return propagate(written.error());
    MeasuredCommand measured;
    measured.duration = Seconds{0.1};
    measured.utilisation = what.command[1] == idle_kind ? busy_while_idle : 1.0;
    trace::ComponentEnergy cpu;
    cpu.component = trace::Component::cpu;
    cpu.energy = Joules{10};
    measured.energy.components = {cpu};
    return measured;
  };
  return calibrate_machine(request);
}

TEST(CalibrateMachine, SaysThatTheMachineWasNotIdle) {
  const joulecast::testing::TemporaryDirectory folder;
  const auto busy = calibrated(0.98, folder.path());
  ASSERT_TRUE(busy) << to_string(busy.error());
  EXPECT_EQ(busy->busy, 0.98);
  const auto idle = calibrated(0.03, folder.path());
  ASSERT_TRUE(idle) << to_string(idle.error());
  EXPECT_FALSE(idle->busy) << "others' work does not count while ours runs";
}

}  // namespace
}  // namespace joulecast::session
