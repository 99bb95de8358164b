#include "estimate/offline/physics/typical_network.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "network/named.hpp"

namespace joulecast::estimate {
namespace {

struct Scatter {
  double mean = 0, sd = 0;
};
Scatter scatter_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Scatter s;
  for (const double value : values) s.mean += value / n;
  for (const double value : values) s.sd += (value - s.mean) * (value - s.mean) / (n - 1);
  s.sd = std::sqrt(s.sd);
  return s;
}

TEST(TypicalNetwork, IsLikeTheNetworksThatAreDescribed) {
  std::vector<double> bytes, kernels;
  const auto names = network::known_names().value();
  for (const auto& name : names) {
    const auto work = work_of(network::build_named(name).value());
    if (work[Term::dense_flops] > 0.5 * work.flops()) continue;  // transformers, recurrent networks
    const auto typical = TypicalNetwork().work(work.gmacs, work.parameters);
    bytes.push_back(std::log(typical.bytes() / work.bytes()));
    kernels.push_back(std::log(typical.kernels / work.kernels));
    EXPECT_NEAR(typical.flops() / work.flops(), 1, 0.02) << name;
  }
  ASSERT_GT(bytes.size(), 30U);
  EXPECT_NEAR(scatter_of(bytes).mean, 0, 0.3);
  EXPECT_LT(scatter_of(bytes).sd, 1.0);
  EXPECT_NEAR(scatter_of(kernels).mean, 0, 0.4);
  EXPECT_LT(scatter_of(kernels).sd, 1.1);
}

/// Networks that follow a law of their own, with all FLOPs in convolutions and all traffic elementwise.
std::vector<TypicalNetwork::Known> lawful_networks(int count) {
  std::vector<TypicalNetwork::Known> networks;
  for (int i = 0; i < count; ++i) {
    const double gmacs = 0.3 * std::pow(1.3, i % 8), parameters = 2e6 * std::pow(1.5, i % 5);
    NetworkWork work;
    work.terms[static_cast<std::size_t>(Term::convolution_flops)] = 1e9 * gmacs;  // the table counts twice
    work.terms[static_cast<std::size_t>(Term::elementwise_bytes)] = 5e7 * std::pow(gmacs, 0.8);
    work.kernels = 60;
    networks.push_back({gmacs, parameters, work});
  }
  return networks;
}

TEST(TypicalNetwork, LearnsTheLawOfASource) {
  EXPECT_FALSE(TypicalNetwork::fit(lawful_networks(9)));
  const auto typical = TypicalNetwork::fit(lawful_networks(400)).value();
  const auto work = typical.work(1.5, 5e6);
  EXPECT_NEAR(work.flops() / 1.5e9, 1, 0.03);
  EXPECT_NEAR(work.bytes() / (5e7 * std::pow(1.5, 0.8)), 1, 0.05);
  EXPECT_NEAR(work.kernels / 60, 1, 0.05);
  EXPECT_DOUBLE_EQ(work[Term::pointwise_flops], 0);
  EXPECT_GT(typical.work(1.5, {}).parameters, 1e6);
}

TEST(TypicalNetwork, NetworksOfOneSizeDoNoHarm) {
  auto networks = lawful_networks(20);
  for (auto& network : networks) network = networks[0];
  const auto work = TypicalNetwork::fit(networks).value().work(40 * networks[0].gmacs, 1e8);
  // What these networks do not determine stays as for networks in general.
  EXPECT_NEAR(std::log(work.flops() / (40 * networks[0].work.flops())), 0, 1);
}

TEST(TypicalNetwork, SurvivesAFile) {
  const auto typical = TypicalNetwork::fit(lawful_networks(40)).value();
  const auto again = TypicalNetwork::from_json(typical.to_json()).value();
  EXPECT_NEAR(again.work(2, 1e7).bytes() / typical.work(2, 1e7).bytes(), 1, 1e-5);
  auto broken = typical.to_json();
  broken["bytes"] = {1, 2};
  EXPECT_FALSE(TypicalNetwork::from_json(broken));
}

}  // namespace
}  // namespace joulecast::estimate
