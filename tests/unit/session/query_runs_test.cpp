// The computed views have the figures of a run's summary.
#include "session/runs/query_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/runs/run_views.hpp"
#include "support/temporary_directory.hpp"
#include "unit/session/summary_runs.hpp"

namespace joulecast::session {
namespace {

using store::SqlValue;
using ::testing::ElementsAre;

class QueryRunsTest : public ::testing::Test {
 protected:
  QueryRunsTest() {
    auto run = hundred_seconds();
    run.phases = {{"train", "step", {Seconds{0}, Seconds{60}}, 600, 600, {}},
                  {"train", "step", {Seconds{60}, Seconds{100}}, 400, 500, {}}};
    run.epochs[1].phase = 1;
    run.windows = {{"evaluation", {Seconds{10}, Seconds{20}}}, {"evaluation", {Seconds{15}, Seconds{30}}}};
    run.place.intensity_g_per_kwh = 360;
    const auto opened = store::RunStore::open(url());
    EXPECT_TRUE((*opened)->import_run(run));
  }
  [[nodiscard]] std::string url() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] std::vector<store::SqlRow> rows(const std::string& sql) const {
    const auto table = query_runs({.store = url(), .sql = sql});
    EXPECT_TRUE(table) << sql << ": " << to_string(table.error());
    return table ? table->rows : std::vector<store::SqlRow>{};
  }
  testing::TemporaryDirectory folder_;
};

store::SqlRow row(std::initializer_list<SqlValue> values) {
  return values;
}

std::int64_t whole(int number) {
  return number;
}

TEST_F(QueryRunsTest, CostsByHand) {
  // 30 kJ in 100 s, of which 80 W idle; 30 kJ = 1/120 kWh, at 360 g.
  EXPECT_THAT(
      rows("SELECT round(energy_j, 6), provenance, mean_power_w, round(net_j, 6), round(emissions_g, 9), "
           "round(per_1000_steps_j, 6), per_sample_j FROM costs"),
      ElementsAre(row({30'000.0, "modelled", 300.0, 22'000.0, 3.0, 30'000.0, {}})));
}

TEST_F(QueryRunsTest, EnergyByComponentNamesWhatIsMissing) {
  EXPECT_THAT(rows("SELECT component, round(energy_j, 6), provenance, in_total FROM energy ORDER BY 1"),
              ElementsAre(row({"cpu", 5000.0, "modelled", whole(1)}), row({"dram", {}, "missing", whole(0)}),
                          row({"gpu", 25'000.0, "measured", whole(1)})));
}

TEST_F(QueryRunsTest, PartsOfARun) {
  EXPECT_THAT(
      rows("SELECT epoch, round(energy_j, 6), phase, json_extract(metrics, '$.loss') FROM epochs"),
      ElementsAre(row({whole(1), 15'000.0, "train", {}}), row({whole(2), 15'000.0, "train 2", 0.125})));
  EXPECT_THAT(rows("SELECT phase, work, total_work, round(energy_j, 6) FROM phases"),
              ElementsAre(row({"train", 600.0, 600.0, 18'000.0}), row({"train 2", 400.0, 500.0, 12'000.0})));
  EXPECT_THAT(rows("SELECT name, start_s, round(energy_j, 6) FROM windows"),
              ElementsAre(row({"evaluation", 10.0, 3000.0}), row({"evaluation", 15.0, 4500.0})));
  EXPECT_THAT(rows("SELECT name, count, duration_s, round(energy_j, 6), complete FROM window_totals"),
              ElementsAre(row({"evaluation", whole(2), 20.0, 6000.0, whole(1)})));
}

TEST_F(QueryRunsTest, MeansAndProjections) {
  EXPECT_THAT(rows("SELECT component, quantity, unit, round(mean, 9) FROM means"),
              ElementsAre(row({"gpu", "utilisation", "share", 0.9})));
  EXPECT_THAT(
      rows("SELECT method, total_j, low_j, round(error_pct, 9), withdrawn FROM projections ORDER BY share"),
      ElementsAre(row({"first-epoch", 60'000.0, {}, 100.0, whole(1)}),
                  row({"adaptive", 33'000.0, 28'000.0, 10.0, whole(1)})));
}

TEST_F(QueryRunsTest, EveryViewHasTheColumnsThatAreDeclared) {
  for (const auto& view : query_views()) {
    const auto table = query_runs({.store = url(), .sql = "SELECT * FROM " + view.name});
    ASSERT_TRUE(table) << view.name << ": " << to_string(table.error());
    std::vector<std::string> names;
    for (const auto& column : view.columns) names.push_back(column.name);
    EXPECT_EQ(table->columns, names) << view.name;
  }
}

TEST_F(QueryRunsTest, EveryComputedRowIsAsWideAsItsView) {
  const auto run = hundred_seconds();
  for (const auto& computed : computed_run_views(
           carbon::IntensityTable::read(std::filesystem::path(JOULECAST_SOURCE) / "data/carbon")))
    for (const auto& values : computed.rows(run))
      EXPECT_EQ(values.size(), computed.view.columns.size()) << computed.view.name;
}

TEST_F(QueryRunsTest, NamesTheFieldAtFault) {
  EXPECT_EQ(query_runs({.store = url(), .sql = "  "}).error().where, "sql");
  EXPECT_EQ(query_runs({.store = url(), .sql = "SELECT 1", .limit = -1}).error().where, "limit");
  EXPECT_EQ(query_runs({.store = url(), .sql = "SELECT 1", .time_limit = 0}).error().where, "time_limit");
}

}  // namespace
}  // namespace joulecast::session
