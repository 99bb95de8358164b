#include "session/forecast/probe_training.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::session {
namespace {

using ::testing::HasSubstr;
using trace::ForecastDoubt;

/// A minute of a training that draws 1 kW, 2 % of its work.
ProbedTraining minute() {
  ProbedTraining probed;
  probed.energy.total = Joules{61'000};
  probed.energy.provenance = Provenance::measured;
  probed.duration = Seconds{61};
  probed.elapsed = Seconds{60};
  probed.exit_status = 143;
  probed.doubt = ForecastDoubt::none;
  auto& projection = probed.projection.emplace();
  projection.share = 0.02;
  projection.total = {Joules{3.6e6}, estimate::Interval<Joules>{Joules{3.4e6}, Joules{4.2e6}}};
  projection.duration = {Seconds{3600}, estimate::Interval<Seconds>{Seconds{3400}, Seconds{4200}}};
  projection.ready = true;
  return probed;
}

ProbeResult result_of(ProbedTraining probed) {
  return probe_training({.probed = std::move(probed), .place = {}}).value();
}

TEST(ProbeTraining, AReadyForecastIsTheWholeTrainings) {
  const auto result = result_of(minute());
  EXPECT_EQ(result.verdict, ProbeVerdict::ready);
  EXPECT_THAT(result.why, HasSubstr("2 % of the work"));
  ASSERT_TRUE(result.energy);
  EXPECT_EQ(result.energy->value, Joules{3.6e6});
  EXPECT_EQ(result.duration->value, Seconds{3600});
}

TEST(ProbeTraining, WhatIsMissingIsNamed) {
  auto probed = minute();
  probed.projection->ready = false;
  EXPECT_EQ(result_of(probed).verdict, ProbeVerdict::not_ready);
  EXPECT_THAT(result_of(probed).why, HasSubstr("not settled"));
  EXPECT_TRUE(result_of(probed).energy) << "a forecast that is not ready is told, too";
  probed.doubt = ForecastDoubt::may_end_early;
  EXPECT_THAT(result_of(probed).why, HasSubstr("may stop early"));
  probed.doubt = ForecastDoubt::unproven_steps;
  EXPECT_THAT(result_of(probed).why, HasSubstr("--for 5m")) << "this passes with time";
  probed.projection.reset();
  probed.doubt = ForecastDoubt::no_total;
  EXPECT_EQ(result_of(probed).why, "no total known: give --epochs or --steps");
  EXPECT_FALSE(result_of(probed).energy);
  probed.doubt = ForecastDoubt::none;
  EXPECT_THAT(result_of(probed).why, HasSubstr("no unit of work has ended"));
  probed.energy = {};
  EXPECT_THAT(result_of(probed).why, HasSubstr("joulecast doctor"));
}

TEST(ProbeTraining, ATrainingThatEndsByItselfCostsWhatItDid) {
  auto probed = minute();
  probed.ended_by_itself = true;
  probed.exit_status = 0;
  const auto whole = result_of(probed);
  EXPECT_EQ(whole.verdict, ProbeVerdict::whole);
  EXPECT_EQ(whole.energy->value, Joules{61'000});
  EXPECT_FALSE(whole.energy->interval);
  EXPECT_EQ(whole.duration->value, Seconds{61});
  probed.exit_status = 3;
  EXPECT_EQ(result_of(probed).verdict, ProbeVerdict::not_ready);
  EXPECT_THAT(result_of(probed).why, HasSubstr("exit status 3"));
  probed.exit_status = 137;
  EXPECT_THAT(result_of(probed).why, HasSubstr("signal 9"));
}

TEST(ProbeTraining, MoneyAndEmissionsHaveTheEnergysInterval) {
  Place place;
  place.intensity_g_per_kwh = 200;
  place.pue = 1.5;
  const auto result = probe_training({.probed = minute(), .place = place, .price = "0.4EUR"}).value();
  EXPECT_NEAR(result.carbon.mass->value(), 300, 1e-9);  // 1 kWh
  EXPECT_NEAR(result.carbon_interval->high.value(), 300 * 4.2 / 3.6, 1e-9);
  EXPECT_NEAR(result.money->amount, 0.6, 1e-12);
  EXPECT_NEAR(result.money_low->amount, 0.6 * 3.4 / 3.6, 1e-12);
  EXPECT_EQ(result.money->currency, "EUR");
  EXPECT_EQ(probe_training({.probed = minute(), .place = {}, .price = "cheap"}).error().where, "price");
}

}  // namespace
}  // namespace joulecast::session
