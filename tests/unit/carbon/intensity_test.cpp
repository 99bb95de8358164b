#include "carbon/intensity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/temporary_directory.hpp"

namespace joulecast::carbon {
namespace {

using ::testing::HasSubstr;

Result<IntensityTable> table() {
  return IntensityTable::read(std::filesystem::path(JOULECAST_SOURCE) / "data/carbon");
}

TEST(Country, IsFoundByEitherCodeAndAnyName) {
  const auto known = table();
  ASSERT_TRUE(known) << to_string(known.error());
  for (const char* name : {"ES", "es", "ESP", "Spain", " spain ", "Kingdom of Spain"}) {
    const auto spain = known->of_country(name);
    ASSERT_TRUE(spain) << name;
    EXPECT_DOUBLE_EQ(spain->value.value(), 174.05);  // Our World in Data, 2023
    EXPECT_EQ(spain->year, 2023);
    EXPECT_EQ(spain->country_iso3, "ESP");
    EXPECT_THAT(spain->source, HasSubstr("2023"));
  }
  for (const char* name : {"UK", "USA", "South Korea", "Viet Nam", "Czech Republic", "Ivory Coast"})
    EXPECT_TRUE(known->of_country(name)) << name;
}

TEST(Country, UnknownIsSaidNotGuessed) {
  const auto known = table();
  for (const char* name : {"Atlantis", "XX", "", "   ", "Central African Republic"}) {
    const auto none = known->of_country(name);
    ASSERT_FALSE(none) << name;
    EXPECT_EQ(none.error().kind, ErrorKind::invalid);
  }
}

TEST(Region, IsFoundWithAndWithoutItsProvider) {
  const auto known = table();
  for (const char* name :
       {"gcp europe-southwest1", "GCP/europe-southwest1", "gcp:europe-southwest1", "europe-southwest1"}) {
    const auto madrid = known->of_cloud_region(name);
    ASSERT_TRUE(madrid) << name;
    EXPECT_DOUBLE_EQ(madrid->value.value(), 131);  // Google Cloud, 2023
    EXPECT_EQ(madrid->country, "Spain");
  }
  EXPECT_TRUE(known->of_cloud_region("me-central1"));
}

TEST(Region, WithoutAFigureOfItsOwnUsesTheCountrysAndSaysSo) {
  const auto ireland = table()->of_cloud_region("aws eu-west-1");
  ASSERT_TRUE(ireland);
  EXPECT_EQ(ireland->value, table()->of_country("IE")->value);
  EXPECT_THAT(ireland->source, HasSubstr("aws publishes none for eu-west-1"));
}

TEST(Region, UnknownOrOfAnotherProviderIsSaid) {
  EXPECT_FALSE(table()->of_cloud_region("aws europe-west1"));
  EXPECT_FALSE(table()->of_cloud_region("moon-1"));
}

TEST(Estimate, IsEnergyTimesPueTimesIntensity) {
  const auto result =
      estimate(KilowattHours{2},
               {.country = "ESP", .cloud_region = "", .intensity_g_per_kwh = {}, .pue = 1.5}, table());
  ASSERT_TRUE(result.mass);
  EXPECT_DOUBLE_EQ(result.mass->value(), 2 * 1.5 * 174.05);
  EXPECT_TRUE(result.pue_given);
  EXPECT_EQ(result.provenance, Provenance::assumed);
}

TEST(Estimate, TakesTheMostExactOfWhatWasSaid) {
  Place request{.country = "PL", .cloud_region = "gcp europe-west9", .intensity_g_per_kwh = {}, .pue = {}};
  EXPECT_DOUBLE_EQ(estimate(KilowattHours{1}, request, table()).mass->value(), 34);
  request.intensity_g_per_kwh = 10;
  const auto own = estimate(KilowattHours{1}, request, table());
  EXPECT_DOUBLE_EQ(own.mass->value(), 10);
  EXPECT_EQ(own.intensity->country, "Poland");
  EXPECT_THAT(own.intensity->source, HasSubstr("as given"));
}

TEST(Estimate, WithoutAPlaceThereIsNoFigureButAReason) {
  const auto none = estimate(KilowattHours{1}, {}, table());
  EXPECT_FALSE(none.mass);
  EXPECT_THAT(none.reason, HasSubstr("--country"));
  EXPECT_EQ(none.provenance, Provenance::missing);
  const auto unknown =
      estimate(KilowattHours{1},
               {.country = "Atlantis", .cloud_region = "", .intensity_g_per_kwh = {}, .pue = {}}, table());
  EXPECT_FALSE(unknown.mass);
  EXPECT_THAT(unknown.reason, HasSubstr("Atlantis"));
}

TEST(Estimate, WorksWithoutTablesWhereTheIntensityIsGiven) {
  const auto none = IntensityTable::read("/nowhere");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
  Place request{.country = "ES", .cloud_region = "", .intensity_g_per_kwh = 50, .pue = {}};
  EXPECT_DOUBLE_EQ(estimate(KilowattHours{1}, request, none).mass->value(), 50);
  request.intensity_g_per_kwh.reset();
  EXPECT_THAT(estimate(KilowattHours{1}, request, none).reason, HasSubstr("countries.csv"));
}

TEST(Check, RefusesWhatCannotBe) {
  for (const double pue : {0.99, 0.0, -1.0, std::nan(""), HUGE_VAL})
    EXPECT_FALSE(check({.country = "", .cloud_region = "", .intensity_g_per_kwh = {}, .pue = pue})) << pue;
  for (const double intensity : {-1.0, std::nan(""), HUGE_VAL})
    EXPECT_FALSE(check({.country = "", .cloud_region = "", .intensity_g_per_kwh = intensity, .pue = {}}))
        << intensity;
  EXPECT_TRUE(check({.country = "", .cloud_region = "", .intensity_g_per_kwh = 0.0, .pue = 1.0}));
}

TEST(Table, NamesTheLineOfAFault) {
  const testing::TemporaryDirectory folder;
  folder.write("cloud_regions.csv", "provider,region,iso3,g_co2e_per_kwh,year,source\n");
  const std::string header = "iso2,iso3,country,also_called,g_co2e_per_kwh,year,source\n";
  for (const char* row :
       {"ES,ESP,Spain,,0,2023,x", "ES,ESP,Spain,,abc,2023,x", "ES,ESP,Spain,,174,23,x", "ES,ESP,Spain"}) {
    folder.write("countries.csv", header + row + "\n");
    const auto broken = IntensityTable::read(folder.path());
    ASSERT_FALSE(broken) << row;
    EXPECT_EQ(broken.error().kind, ErrorKind::malformed);
    EXPECT_THAT(broken.error().where, HasSubstr("countries.csv:2"));
  }
}

}  // namespace
}  // namespace joulecast::carbon
