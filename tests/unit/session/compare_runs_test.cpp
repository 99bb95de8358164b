#include "session/tables/compare_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/shared_data.hpp"

namespace joulecast::session {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Result<Comparison> compare(std::string csv, const std::string& by = "", bool distinct = false) {
  const auto table = CsvTable::parse(std::move(csv), "t.csv");
  EXPECT_TRUE(table) << to_string(table.error());
  return compare_runs(
      RunTable(*table),
      {.group = "gpu", .value = "energy", .by = by, .only = {}, .distinct = distinct, .options = {}});
}

/// Two GPUs and two networks, six runs each, with a little spread.
std::string two_factor_table() {
  std::string csv = "gpu,net,energy\n";
  for (int i = 0; i < 24; ++i)
    csv += std::string(i % 2 ? "A" : "B") + (i / 2 % 2 ? ",x," : ",y,") +
           std::to_string(10 + 5 * (i % 2) + 20 * (i / 2 % 2) + 0.1 * ((i * 7) % 5)) + "\n";
  return csv;
}

TEST(Compare, SaysWhatIsWrongWithTheTable) {
  const auto message = [](std::string csv) {
    const auto result = compare(std::move(csv));
    return result ? "" : to_string(result.error());
  };
  EXPECT_EQ(message("gpu,energy\nA,1\nA,2\nA,3\nA,4\n"),
            "t.csv: column gpu has one group (A): nothing to compare");
  EXPECT_EQ(message("gpu,power\nA,1\n"), "t.csv: no column energy; it has gpu, power");
  EXPECT_EQ(message("gpu,energy\nA,1\nB,much\n"), "t.csv:3: column energy: 'much' is not a finite number");
  EXPECT_EQ(message("gpu,energy\nA,1\nB,inf\n"), "t.csv:3: column energy: 'inf' is not a finite number");
  EXPECT_EQ(message("gpu,energy\n"), "t.csv: has a header and no rows");
  EXPECT_THAT(message("gpu,energy\nA,1\nA,2\nB,1\nB,2\n"), HasSubstr("0 of 2 groups with at least 3 values"));
  EXPECT_THAT(message("gpu,energy\nA,5\nA,5\nA,5\nB,5\nB,5\nB,5\n"), HasSubstr("every value is 5"));
  std::string identifiers = "gpu,energy\n";
  for (int i = 0; i < 100'000; ++i) identifiers += std::to_string(i) + ",1\n";
  EXPECT_THAT(message(std::move(identifiers)), HasSubstr("100000 groups are more than 200"));
}

TEST(Compare, LeavesOutWhatIsNotKnownAndSaysSo) {
  const auto result = compare("gpu,energy\nA,1\nA,2\nA,3\nA,\nB,4\nB,5\nB,6\nB,NaN\n,9\n");
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->overall.n, 6u);
  EXPECT_THAT(result->warnings, Contains("2 of 9 rows have no energy and are left out"));
  EXPECT_THAT(result->warnings, Contains("1 of 9 rows name no group and are left out"));
}

TEST(Compare, TestsBothFactorsTogether) {
  const auto result = compare(two_factor_table(), "net");
  ASSERT_TRUE(result) << to_string(result.error());
  ASSERT_TRUE(result->factorial->art);
  EXPECT_LT(result->factorial->art->a.p_value, 1e-6);
  EXPECT_LT(result->factorial->art->b.p_value, 1e-6);
  ASSERT_EQ(result->levels.size(), 2u);
  EXPECT_TRUE(result->levels[0].comparison);
}

TEST(Compare, LeavesAnIncompleteGroupOutOfTheTestOfBothFactors) {
  auto csv = two_factor_table();
  for (int i = 0; i < 5; ++i) csv += "C,x," + std::to_string(50 + i) + "\n";
  const auto result = compare(csv, "net");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->factorial->art);
  EXPECT_THAT(result->factorial->note, HasSubstr("without C"));
  EXPECT_EQ(result->overall.groups.size(), 3u);
}

TEST(Compare, KeepsTwoLevelsOfBothFactorsThoughThatKeepsFewerRuns) {
  auto csv = two_factor_table();  // without y, C and its 40 runs could stay, but one level compares nothing
  for (int i = 0; i < 40; ++i) csv += "C,x," + std::to_string(30 + 0.1 * (i % 7)) + "\n";
  const auto result = compare(csv, "net");
  ASSERT_TRUE(result && result->factorial);
  EXPECT_TRUE(result->factorial->art);
  EXPECT_THAT(result->factorial->note, HasSubstr("without C"));
}

TEST(Compare, NoticesRunsListedTwice) {
  std::string csv = "run,gpu,energy,time,power\n";
  for (int i = 0; i < 12; ++i) {
    const auto figures = fmt::format("{},{}.5,{}.25,{}.125", i % 2 ? "A" : "B", i / 2, 7 * i, 3 * i);
    csv += fmt::format("r{},{}\n", i, figures);
    if (i < 2) csv += fmt::format("again{},{}\n", i, figures);
  }
  const auto kept = compare(csv);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->overall.n, 14u);
  EXPECT_THAT(kept->warnings,
              Contains(HasSubstr(
                  "2 rows repeat another row in every column but the identifier (the first at t.csv:3)")));
  EXPECT_EQ(compare(csv, "", true)->overall.n, 12u);
}

// Finding of del Rey et al. (SEAA 2023) on their own runs: architecture and environment both have a large
// effect.
TEST(CompareOnMeasuredRuns, ArchitectureAndEnvironmentMatterMuch) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = CsvTable::read(root / "tables/seaa2023-runs.csv");
  ASSERT_TRUE(table) << to_string(table.error());
  for (const bool distinct : {false, true}) {
    const auto result = compare_runs(RunTable(*table), {.group = "architecture",
                                                        .value = "energy_mj",
                                                        .by = "gpu",
                                                        .only = {},
                                                        .distinct = distinct,
                                                        .options = {}});
    ASSERT_TRUE(result) << to_string(result.error());
    EXPECT_LT(result->overall.test.p_value, 1e-10);
    EXPECT_EQ(result->overall.test.magnitude, "large");
    ASSERT_TRUE(result->factorial->art);
    const auto& art = *result->factorial->art;
    EXPECT_LT(art.a.p_value, 1e-10);
    EXPECT_GT(art.a.partial_eta_squared, 0.5);
    EXPECT_LT(art.b.p_value, 1e-3);
    EXPECT_GT(art.b.partial_eta_squared, distinct ? 0.14 : 0.1);  // 0.14 and more is called large
    EXPECT_LT(art.interaction.p_value, 1e-3);
  }
}

TEST(CompareOnMeasuredRuns, ThirtyRunsOfTheTableAreListedTwice) {
  SKIP_WITHOUT_SHARED_DATA(root);
  const auto table = CsvTable::read(root / "tables/seaa2023-runs.csv");
  ASSERT_TRUE(table);
  const auto result = compare_runs(
      RunTable(*table),
      {.group = "architecture", .value = "energy_mj", .by = "", .only = {}, .distinct = true, .options = {}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->overall.n, 132u);
  EXPECT_THAT(result->warnings, Contains(HasSubstr("30 rows repeat another row")));
}

}  // namespace
}  // namespace joulecast::session
