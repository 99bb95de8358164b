#include "estimate/offline/physics/physics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "estimate/offline/physics/physics_fit.hpp"
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
  EXPECT_NEAR(std::exp(large.log_time - small.log_time), 2, 0.1);  // launches hardly matter at this size
  EXPECT_GT(small.busy, 0.9);
}

TEST(PhysicsModel, SmallBatchesWaitForLaunches) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  const auto one = at_prior(made_sample("a", 0.01, gpu, 1));
  const auto two = at_prior(made_sample("a", 0.01, gpu, 2));
  EXPECT_NEAR(std::exp(one.log_time - two.log_time), 2, 0.05);  // half as many steps, each as long
  EXPECT_LT(one.busy, 0.3);
  EXPECT_LT(one.log_power, at_prior(made_sample("a", 20, gpu, 64)).log_power);
}

TEST(PhysicsModel, PowerStaysBetweenIdleAndTheLimitAndTimeGivesWay) {
  const auto gpu = made_gpu("One", 10, 400, 200);
  double time = 0;
  for (const double limit : {200.0, 150.0, 120.0, 100.0}) {
    auto sample = made_sample("a", 20, gpu, 64);
    sample.training.gpu_power_limit_w = limit;
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

TEST(PhysicsModel, LanesSharedWithIntegersSlowConvolutions) {
  auto old = made_gpu("Old", 10, 400, 200);
  old.vendor = "NVIDIA";
  old.architecture = "Turing";
  const auto separate = at_prior(made_sample("a", 20, old, 64));
  old.architecture = "Pascal";
  const auto shared = at_prior(made_sample("a", 20, old, 64));
  const double slower = std::exp(shared.log_time - separate.log_time);
  EXPECT_GT(slower, 1.05);
  // neither shared integer instructions nor the bandwidth of GPUs before Volta explain more
  EXPECT_LT(slower, 1.36);
}

TEST(PhysicsModel, MatrixUnitsSpeedProductsUp) {
  auto gpu = made_gpu("One", 10, 1000, 200);
  const auto plain = at_prior(made_sample("a", 20, gpu, 64));
  gpu.tf32_tflops = 80;
  EXPECT_LT(at_prior(made_sample("a", 20, gpu, 64)).log_time, plain.log_time - 0.3);
  gpu.tf32_tflops = 5;  // of no use
  EXPECT_DOUBLE_EQ(at_prior(made_sample("a", 20, gpu, 64)).log_time, plain.log_time);
}

TEST(PhysicsModel, VarianceIsThatOfDrawsFromThePriors) {
  // The oracle draws parameters from their priors and computes the scatter of the results.
  std::array<std::vector<std::string>, level_count> names;
  names[static_cast<std::size_t>(Level::gpu)] = {"One"};
  const ParameterSpace space(names);
  const auto size = space.size();
  const auto sample = made_sample("a", 20, made_gpu("One", 10, 400, 200), 64);
  const auto input = physics_input(sample, space);
  const Eigen::VectorXd middle = space.mean().array().exp();
  // Everything is known except the GPU's parameters, which are as free as before.
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(size, size);
  std::vector<Eigen::Index> free;
  for (const auto parameter : {Parameter::gpu_compute, Parameter::gpu_memory, Parameter::gpu_power,
                               Parameter::gpu_idle, Parameter::gpu_slowdown}) {
    free.push_back(space.offset(parameter, input.levels));
    covariance(free.back(), free.back()) = 1;
  }
  auto known = space;  // levels without a name add their own variance, as for an unseen machine
  const auto with = physics_variance(input, known, middle, covariance);
  const auto without = physics_variance(input, known, middle, Eigen::MatrixXd::Zero(size, size));
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  double sum = 0, squares = 0;
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    auto values = middle;
    for (const auto at : free) values[at] *= std::exp(space.sd()[at] * normal(random));
    const double time = evaluate_physics(input, space, values).log_time;
    sum += time;
    squares += time * time;
  }
  const double variance = squares / draws - sum / draws * sum / draws;
  EXPECT_NEAR((with.time - without.time) / variance, 1, 0.15);
  EXPECT_GT(without.time, 0);
}

TEST(Physics, IntervalsWidenWithWhatWasNeverMeasured) {
  const auto samples = made_samples();
  const auto model = PhysicsModel::fit(samples).value();
  const auto spread = [&](const Sample& sample) { return model.predict(sample).spread; };
  const auto& seen = samples[10];
  auto other_gpu = seen;
  other_gpu.gpu.name = "Four";
  auto other_source = other_gpu;
  other_source.source = "elsewhere";
  for (std::size_t target = 0; target < 3; ++target) {
    EXPECT_GT(spread(other_gpu)[target], 1.2 * spread(seen)[target]);
    EXPECT_GT(spread(other_source)[target], spread(other_gpu)[target]);
  }
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
    (sample.training.architecture == "net3" || sample.training.architecture == "net8" ? few : test)
        .push_back(sample);
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
  // The parameters of the other machines do not change.
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
  sample.training.train_samples.reset();
  EXPECT_FALSE(model.predict(sample).epoch_time_s);
  EXPECT_TRUE(model.predict(sample).power_w);
}

TEST(Physics, AModelFileHoldsAllThatItLearned) {
  const auto samples = made_samples();
  const auto model = PhysicsModel::fit(samples).value();
  const auto text = model.to_json().dump();
  const auto again = PhysicsModel::from_json(nlohmann::ordered_json::parse(text));
  ASSERT_TRUE(again) << to_string(again.error());
  for (const auto& sample : samples) {
    const auto forecast = model.predict(sample), same = again->predict(sample);
    EXPECT_NEAR(*same.epoch_energy_j / *forecast.epoch_energy_j, 1, 1e-3);
    EXPECT_NEAR(same.spread[2] / forecast.spread[2], 1, 1e-2);
  }
}

TEST(Physics, RefusesWhatIsNoModel) {
  EXPECT_FALSE(PhysicsModel::from_json(nlohmann::ordered_json::parse("[1,2]")));
  auto json = PhysicsModel::fit(made_samples()).value().to_json();
  auto& row = json["residuals"]["made"]["time"]["inducing"][0].get_ref<std::string&>();
  row.replace(0, row.find(' '), "1000000");  // a name that is not in the list
  EXPECT_FALSE(PhysicsModel::from_json(json));
  json = PhysicsModel::fit(made_samples()).value().to_json();
  json["parameters"]["everywhere"].erase("overlap");
  EXPECT_EQ(PhysicsModel::from_json(json).error().kind, ErrorKind::malformed);
  json = PhysicsModel::fit(made_samples()).value().to_json();
  json["covariance"].erase(3);
  EXPECT_EQ(PhysicsModel::from_json(json).error().kind, ErrorKind::malformed);
  for (const auto* entry : {"nan", "1 2 3", "1  2", "1 2 ", " 1 2", "1,2", ""}) {
    json = PhysicsModel::fit(made_samples()).value().to_json();
    json["covariance"][1] = entry;
    EXPECT_EQ(PhysicsModel::from_json(json).error().kind, ErrorKind::malformed) << entry;
  }
}

TEST(Physics, ThousandsOfUnknownNetworksAreNoBurden) {
  // A search space without its graphs, in which every network is a workload of its own.
  const auto gpu = made_gpu("One", 10, 400, 200);
  std::vector<Sample> samples;
  for (int i = 0; i < 3000; ++i) {
    auto sample = made_sample("cell" + std::to_string(i), 0.5 + 0.001 * i, gpu, 64);
    const double step = 6e9 * *sample.training.gflops_forward_per_sample * 64 / 2.5e12 + 0.02;
    sample.measured = {150, 50000 / 64.0 * step, 150 * 50000 / 64.0 * step};
    sample.work.reset();
    if (i % 2 == 0) sample.training.gflops_forward_per_sample.reset();  // not even its size
    samples.push_back(sample);
  }
  const auto model = PhysicsModel::fit(samples).value();
  EXPECT_LE(model.equations().space.size(), 1000);
  const auto& one = samples[1501];
  EXPECT_NEAR(*model.predict(one).epoch_time_s / *one.measured.epoch_time_s, 1, 0.3);
}

TEST(Physics, NothingMeasuredIsRefused) {
  auto samples = made_samples();
  for (auto& sample : samples) sample.measured = {};
  EXPECT_EQ(PhysicsModel::fit(samples).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace joulecast::estimate
