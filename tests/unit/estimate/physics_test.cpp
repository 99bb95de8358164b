#include "estimate/offline/physics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "unit/estimate/offline_support.hpp"

namespace joulecast::estimate {
namespace {

using testing::made_gpu;
using testing::made_sample;
using testing::made_samples;

PhysicsOutput at_prior(const Sample& sample) {
  const ParameterSpace space(std::array<std::vector<std::string>, level_count>{});
  return evaluate_physics(physics_input(sample, space), space, space.mean().array().exp());
}

TEST(PhysicsModel, TimeOfAnEpochFollowsTheWork) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  const auto small = at_prior(made_sample("a", 20, gpu, 64));
  const auto large = at_prior(made_sample("a", 40, gpu, 64));
  EXPECT_NEAR(std::exp(large.log_time - small.log_time), 2, 0.1);  // the launches are few at this size
  EXPECT_GT(small.busy, 0.9);
}

TEST(PhysicsModel, SmallBatchesWaitForLaunches) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  const auto one = at_prior(made_sample("a", 0.01, gpu, 1));
  const auto two = at_prior(made_sample("a", 0.01, gpu, 2));
  EXPECT_NEAR(std::exp(one.log_time - two.log_time), 2, 0.05);  // half the steps, each as long
  EXPECT_LT(one.busy, 0.3);
  EXPECT_LT(one.log_power, at_prior(made_sample("a", 20, gpu, 64)).log_power);
}

TEST(PhysicsModel, PowerStaysBetweenIdleAndTheLimitAndTimeGivesWay) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  double time = 0;
  for (const double limit : {200.0, 150.0, 120.0, 100.0}) {
    auto sample = made_sample("a", 20, gpu, 64);
    sample.limit_w = limit;
    const auto output = at_prior(sample);
    EXPECT_LE(std::exp(output.log_power), limit * 1.001);
    EXPECT_GE(std::exp(output.log_power), 40);
    EXPECT_GT(output.log_time, time);
    EXPECT_LE(output.clock, 1);
    time = output.log_time;
  }
}

TEST(PhysicsModel, ADeviceWithoutWorkDrawsItsIdlePower) {
  auto sample = made_sample("idle", 1, made_gpu("One", 10, 400, 200), 1);
  sample.work = NetworkWork{};
  sample.work->kernels = 1e6;
  const auto output = at_prior(sample);
  EXPECT_DOUBLE_EQ(output.busy, 0);
  EXPECT_NEAR(std::exp(output.log_power), 50, 2);  // a quarter of the board power is the prior
  EXPECT_TRUE(std::isfinite(output.log_time));
}

TEST(PhysicsModel, SharesOfTermsAddUpToTheGpuTime) {
  const auto output = at_prior(made_sample("a", 1, made_gpu("One", 10, 400, 200), 8));
  double sum = 0;
  for (const double share : output.shares) sum += share;
  EXPECT_LT(sum, 1);
  EXPECT_GT(sum, 0.5);
}

double worst_ape(const PhysicsModel& model, const std::vector<Sample>& samples, Target target) {
  double worst = 0;
  for (const auto& sample : samples)
    worst = std::max(worst, std::abs(*model.predict(sample)[target] / *measured(sample, target) - 1));
  return 100 * worst;
}

TEST(Physics, LearnsALawFromItsRows) {
  const auto samples = made_samples();
  const auto model = PhysicsModel::fit(samples).value();
  EXPECT_LT(worst_ape(model, samples, Target::epoch_time), 6);
  EXPECT_LT(worst_ape(model, samples, Target::power), 6);
}

TEST(Physics, TransfersToAGpuThatItHasNotSeen) {
  std::vector<Sample> train, test;
  for (const auto& sample : made_samples()) (sample.gpu.name == "Two" ? test : train).push_back(sample);
  const auto model = PhysicsModel::fit(train).value();
  double sum = 0;
  for (const auto& sample : test)
    sum += std::abs(*model.predict(sample).epoch_time_s / *sample.measured.epoch_time_s - 1);
  EXPECT_LT(100 * sum / static_cast<double>(test.size()), 20);
}

TEST(Physics, AFewRowsOfANewMachineUpdateIt) {
  std::vector<Sample> train, few, test;
  for (auto sample : made_samples()) {
    if (sample.gpu.name != "Two") {
      train.push_back(sample);
      continue;
    }
    sample.source = "mine";  // the same law, on a machine that takes twice as long
    *sample.measured.epoch_time_s *= 2;
    *sample.measured.epoch_energy_j *= 2;
    (sample.architecture == "net3" || sample.architecture == "net8" ? few : test).push_back(sample);
  }
  const auto before = PhysicsModel::fit(train).value();
  const auto after = before.updated(few);
  const auto mean_error = [&](const PhysicsModel& model) {
    double sum = 0;
    for (const auto& sample : test)
      sum += std::abs(std::log(*model.predict(sample).epoch_time_s / *sample.measured.epoch_time_s));
    return sum / static_cast<double>(test.size());
  };
  EXPECT_GT(mean_error(before), 0.4);
  EXPECT_LT(mean_error(after), 0.15);
  // What was known of the other machines stays.
  EXPECT_NEAR(std::log(*after.predict(train[0]).epoch_time_s / *before.predict(train[0]).epoch_time_s), 0,
              0.25);
  EXPECT_NEAR(*before.updated({}).predict(test[0]).power_w / *before.predict(test[0]).power_w, 1, 1e-9);
}

TEST(Physics, EnergyIsPowerTimesTime) {
  const auto samples = made_samples();
  const auto forecast = PhysicsModel::fit(samples).value().predict(samples[5]);
  EXPECT_NEAR(*forecast.epoch_energy_j / (*forecast.power_w * *forecast.epoch_time_s), 1, 1e-12);
}

TEST(Physics, NeedsSamplesForATime) {
  const auto model = PhysicsModel::fit(made_samples()).value();
  auto sample = made_sample("unheard of", 1, made_gpu("One", 10, 400, 200), 16);
  sample.train_samples.reset();
  EXPECT_FALSE(model.predict(sample).epoch_time_s);
  EXPECT_TRUE(model.predict(sample).power_w);
}

TEST(Physics, AModelFileHoldsAllThatItLearned) {
  const auto samples = made_samples();
  const auto model = PhysicsModel::fit(samples).value();
  const auto text = model.to_json().dump();
  const auto again = PhysicsModel::from_json(nlohmann::ordered_json::parse(text));
  ASSERT_TRUE(again) << to_string(again.error());
  for (const auto& sample : samples)
    EXPECT_NEAR(*again->predict(sample).epoch_energy_j / *model.predict(sample).epoch_energy_j, 1, 1e-3);
}

TEST(Physics, RefusesWhatIsNoModel) {
  EXPECT_FALSE(PhysicsModel::from_json(nlohmann::ordered_json::parse("[1,2]")));
  auto json = PhysicsModel::fit(made_samples()).value().to_json();
  json["residuals"]["made"]["time"]["inducing"][0][0] = 1e6;
  EXPECT_FALSE(PhysicsModel::from_json(json));
  json = PhysicsModel::fit(made_samples()).value().to_json();
  json["parameters"]["everywhere"].erase("overlap");
  EXPECT_EQ(PhysicsModel::from_json(json).error().kind, ErrorKind::malformed);
}

TEST(Physics, NothingMeasuredIsRefused) {
  auto samples = made_samples();
  for (auto& sample : samples) sample.measured = {};
  EXPECT_EQ(PhysicsModel::fit(samples).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace joulecast::estimate
