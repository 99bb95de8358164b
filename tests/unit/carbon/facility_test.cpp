// All records here are generated: a building with known figures, weather with days and seasons, and noise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>
#include <random>

#include "carbon/facility_fit.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t hour_ns = 3'600'000'000'000;

struct Building {
  double fixed = 8000, share = 0.08, cooling = 0.01, threshold = 16;
  double noise = 0.01;  ///< of the overhead
};

struct Weather {
  double mean = 14, day = 6, drift = 0.1;
};

std::vector<FacilitySample> records(const Building& building, std::size_t hours, double load_spread = 0.4,
                                    const Weather& weather = {}) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<FacilitySample> samples;
  for (std::size_t i = 0; i < hours; ++i) {
    const double hour = static_cast<double>(i);
    const double outside =
        weather.mean + weather.day * std::sin(2 * std::numbers::pi * hour / 24) + weather.drift * hour / 24;
    const double load = 100e3 * (1 + load_spread * uniform(random));
    const double overhead =
        (building.fixed +
         load * (building.share + building.cooling * std::max(0.0, outside - building.threshold))) *
        (1 + building.noise * normal(random));
    samples.push_back({WallTime{static_cast<std::int64_t>(i) * hour_ns}, Seconds{3600}, Watts{load},
                       Watts{load + overhead}, Celsius{outside}});
  }
  return samples;
}

TEST(FacilityFit, FindsTheBuildingBehindTheRecords) {
  const auto fit = fit_facility(records({}, 30 * 24));
  ASSERT_TRUE(fit) << to_string(fit.error());
  const auto& model = fit->model;
  EXPECT_NEAR(model.fixed.value(), 8000, 400);
  EXPECT_NEAR(model.share, 0.08, 0.005);
  EXPECT_NEAR(model.cooling_per_kelvin, 0.01, 0.0005);
  EXPECT_NEAR(model.threshold.value(), 16, 0.5);
  EXPECT_TRUE(model.calibrated);
  EXPECT_LT(model.error, 0.005);  // 1 % of an overhead of a sixth, 90 % of the time
  EXPECT_NEAR(*model.pue(Watts{100e3}, Celsius{21}), 1 + 0.08 + 0.08 + 0.05, 0.005);
}

TEST(FacilityFit, SomeWildRowsChangeLittle) {
  auto samples = records({}, 30 * 24);
  for (std::size_t i = 5; i < samples.size(); i += 20) samples[i].facility += Watts{150e3};
  const auto fit = fit_facility(samples);
  ASSERT_TRUE(fit) << to_string(fit.error());
  EXPECT_NEAR(fit->model.share, 0.08, 0.01);
  EXPECT_NEAR(fit->model.cooling_per_kelvin, 0.01, 0.001);
}

TEST(FacilityFit, ErrorOfUnseenDaysIsKept) {
  auto noisy = Building{};
  noisy.noise = 0.3;
  const auto learned = fit_facility(records(noisy, 30 * 24));
  ASSERT_TRUE(learned);
  // Another year of the same building.
  const auto later = records(noisy, 60 * 24);
  int within = 0, all = 0;
  for (std::size_t i = 30 * 24; i < later.size(); ++i, ++all) {
    const auto said = learned->model.at_wall(later[i].load, later[i].outside);
    within += std::abs(later[i].facility / *said - 1) <= learned->model.error;
  }
  EXPECT_NEAR(static_cast<double>(within) / all, 0.9, 0.04);
}

TEST(FacilityFit, ConstantLoadDoesNotTellWhatIsFixed) {
  const auto fit = fit_facility(records({}, 20 * 24, 0.01));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->model.fixed, Watts{0});
  EXPECT_NEAR(fit->model.share, 0.16, 0.01);
  EXPECT_THAT(fit->notes, ElementsAre(HasSubstr("fixed is not told apart")));
  EXPECT_THAT(beyond(fit->model, {Watts{50e3}, Watts{50e3}}, {}), SizeIs(1));
}

TEST(FacilityFit, WeatherThatHardlyChangesTellsNothing) {
  const auto fit = fit_facility(records({}, 20 * 24, 0.4, {20, 1, 0}));
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->model.needs_weather());
  EXPECT_FALSE(fit->model.temperature);
  EXPECT_THAT(fit->notes, ElementsAre(HasSubstr("by 2.0 K only")));
}

TEST(FacilityFit, BuildingsThatDoNotCareForTheWeatherGetNoCooling) {
  auto building = Building{};
  building.cooling = 0;
  building.noise = 0;
  const auto fit = fit_facility(records(building, 20 * 24));
  ASSERT_TRUE(fit);
  EXPECT_LT(fit->model.cooling_per_kelvin, 1e-6);
  EXPECT_NEAR(fit->model.fixed.value(), 8000, 1);
}

TEST(FacilityFit, FewDaysAreNotCalledCalibrated) {
  const auto fit = fit_facility(records({}, 3 * 24));
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->model.calibrated);
}

TEST(FacilityFit, TooLittleOrImpossibleIsRefused) {
  const auto few = fit_facility(records({}, 23));
  ASSERT_FALSE(few);
  EXPECT_THAT(few.error().message, HasSubstr("23 usable rows are too few"));
  auto samples = records({}, 100);
  for (std::size_t i = 0; i < 10; ++i) samples[i].facility = samples[i].load * 0.5;
  const auto wrong = fit_facility(samples);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("10 of 100"));
  EXPECT_FALSE(fit_facility({}));
}

TEST(FacilityModel, OutsideOfWhatWasSeenIsSaid) {
  FacilityModel model;
  model.load = {Watts{50e3}, Watts{150e3}};
  model.temperature = {Celsius{0}, Celsius{30}};
  model.cooling_per_kelvin = 0.01;
  const Between<Watts> usual{Watts{100e3}, Watts{100e3}};
  EXPECT_THAT(beyond(model, usual, {{Celsius{5}, Celsius{29}}}), IsEmpty());
  EXPECT_THAT(beyond(model, usual, {{Celsius{5}, Celsius{35}}}), ElementsAre(HasSubstr("35.0 °C")));
  EXPECT_THAT(beyond(model, usual, {{Celsius{-5}, Celsius{20}}}), ElementsAre(HasSubstr("-5.0 °C")));
  EXPECT_FALSE(model.pue(Watts{100e3}, std::nullopt));
  EXPECT_FALSE(model.pue(Watts{0}, Celsius{20}));
}

TEST(FacilityFile, KeepsEverything) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "facility.json";
  auto fit = fit_facility(records({}, 20 * 24));
  ASSERT_TRUE(fit);
  fit->model.load_from = "the meter's it_w";
  fit->model.learned_on = "2026-02-01";
  ASSERT_TRUE(write_facility(file, fit->model));
  const auto read = read_facility(file);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->at_wall(Watts{9e4}, Celsius{25}), fit->model.at_wall(Watts{9e4}, Celsius{25}));
  EXPECT_EQ(read->error, fit->model.error);
  EXPECT_EQ(read->load_from, "the meter's it_w");
  EXPECT_EQ(read->temperature->high, fit->model.temperature->high);
}

TEST(FacilityFile, WhatIsNoneIsRefused) {
  const testing::TemporaryDirectory folder;
  const auto file = folder.path() / "facility.json";
  for (const char* text : {"", "[]", "{}", R"({"kind": "joulecast facility", "version": 2})",
                           R"({"kind": "joulecast facility", "version": 1, "fixed_w": -1})"}) {
    std::ofstream(file) << text;
    const auto read = read_facility(file);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::malformed) << text;
    std::filesystem::remove(file);
  }
  EXPECT_FALSE(read_facility(file));
}

}  // namespace
}  // namespace joulecast::carbon
