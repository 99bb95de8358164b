// Tests which runs a query finds and in which order, and runs of other machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t hour = 3'600'000'000'000;

class RunQueryTest : public ::testing::Test {
 protected:
  RunQueryTest() {
    add("a", "digits", 10, {{"team", "vision"}, {"seed", "1"}});
    add("b", "lenet-a", 30, {{"team", "speech"}});
    add("c", "lenet-b", 20, {{"team", "vision"}}, trace::RunStatus::failed, "node2");
    add("d", "digits", 5, {}, trace::RunStatus::interrupted, "node2", /*measured=*/false);
  }
  void add(const std::string& id, const std::string& name, int seconds,
           const std::map<std::string, std::string>& tags,
           trace::RunStatus status = trace::RunStatus::finished, const std::string& host = "node1",
           bool measured = true) {
    auto run = sample_run(seconds);
    run.info.id = id;
    run.info.name = name;
    run.tags = tags;
    run.status = status;
    run.host.hostname = host;
    run.started->ns += hour * (id[0] - 'a');
    if (!measured) run.traces.clear();
    ASSERT_TRUE(open()->import_run(run));
  }
  [[nodiscard]] std::unique_ptr<RunStore> open(OpenOptions options = {}) const {
    auto store = RunStore::open(path().string(), Access::write, std::move(options));
    if (!store) throw std::runtime_error(to_string(store.error()));
    return std::move(*store);
  }
  [[nodiscard]] std::vector<std::string> ids(const RunQuery& query) const {
    const auto rows = open()->find(query);
    if (!rows) return {to_string(rows.error())};
    std::vector<std::string> found;
    for (const auto& row : *rows) found.push_back(row.id);
    return found;
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "runs.db"; }
  testing::TemporaryDirectory folder_;
};

TEST_F(RunQueryTest, ByAPartOfATextInAnyOrder) {
  auto run = sample_run(7);
  run.info.id = "e";
  run.info.name = "other";
  run.info.training.architecture = "ResNet-50";
  run.started->ns += 4 * hour;
  ASSERT_TRUE(open()->import_run(run));
  EXPECT_THAT(ids({.search = "NET"}), ElementsAre("e", "c", "b"));
  EXPECT_THAT(ids({.search = "net", .sorting = RunSorting::energy}), ElementsAre("b", "c", "e"));
  EXPECT_THAT(ids({.search = "net", .sorting = RunSorting::energy, .limit = 1, .offset = 1}),
              ElementsAre("c"));
  EXPECT_THAT(ids({.search = "net", .sorting = RunSorting::name, .descending = false, .limit = 5}),
              ElementsAre("b", "c", "e"));
  EXPECT_THAT(ids({.search = "net", .sorting = RunSorting::duration, .limit = 2}), ElementsAre("b", "c"));
  EXPECT_THAT(ids({.search = "net", .tags = {{"team", "vision"}}, .host = "node2"}), ElementsAre("c"));
  EXPECT_EQ(*open()->count({.search = "resnet-5"}), 1u);
  EXPECT_THAT(ids({.search = "architecture"}), IsEmpty());
}

/// What a row has besides its texts is many times as long.
TEST_F(RunQueryTest, ASearchReadsOnlyTheIndexOfTheTexts) {
  auto file = sqlite::Database::open(path(), sqlite::FileMode::read_only, Seconds{1});
  ASSERT_TRUE(file);
  auto plan = file->once(std::string("EXPLAIN SELECT count(*) FROM run INDEXED BY run_by_text WHERE ") +
                         file->dialect().architecture + " LIKE '%a%'");
  int columns = 0;
  std::int64_t index = -1;
  while (plan.row()) {
    if (plan.text(1) == "DeferredSeek") index = plan.integer(2);
    if (plan.text(1) != "Column") continue;
    EXPECT_EQ(plan.integer(2), index);
    ++columns;
  }
  EXPECT_GE(columns, 1);
}

TEST_F(RunQueryTest, ByNameWholeOrByPattern) {
  EXPECT_THAT(ids({.name = "digits"}), ElementsAre("d", "a"));
  EXPECT_THAT(ids({.name = "digit"}), IsEmpty());
  EXPECT_THAT(ids({.name = "lenet-*"}), ElementsAre("c", "b"));
  EXPECT_THAT(ids({.name = "lenet-?"}), ElementsAre("c", "b"));
  EXPECT_THAT(ids({.name = "[a-z]*"}), IsEmpty());  // a bracket is a bracket
  EXPECT_THAT(ids({.name = "' OR 1=1 --*"}), IsEmpty());
}

TEST_F(RunQueryTest, ByTagsAllOfThem) {
  EXPECT_THAT(ids({.tags = {{"team", "vision"}}}), ElementsAre("c", "a"));
  EXPECT_THAT(ids({.tags = {{"team", std::nullopt}}}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(ids({.tags = {{"team", "vision"}, {"seed", std::nullopt}}}), ElementsAre("a"));
  EXPECT_THAT(ids({.tags = {{"team", ""}}}), IsEmpty());
}

/// With a limit they are looked for along the index of the order, and counted in their own table.
TEST_F(RunQueryTest, ByTagsInPagesOfEveryOrder) {
  for (const auto sorting : {RunSorting::started, RunSorting::energy, RunSorting::duration, RunSorting::name})
    for (const auto& tag : {TagFilter{"team", "vision"}, TagFilter{"team", std::nullopt}}) {
      const auto all = ids({.tags = {tag}, .sorting = sorting});
      ASSERT_GE(all.size(), 2u);
      EXPECT_THAT(ids({.tags = {tag}, .sorting = sorting, .limit = 1}), ElementsAre(all[0]));
      EXPECT_THAT(ids({.tags = {tag}, .sorting = sorting, .limit = 1, .offset = 1}), ElementsAre(all[1]));
      EXPECT_EQ(open()->count({.tags = {tag}, .limit = 1}).value(), all.size());
    }
  EXPECT_EQ(open()->count({.tags = {{"team", "vision"}, {"seed", std::nullopt}}}).value(), 1u);
  EXPECT_EQ(open()->count({.tags = {{"team", "vision"}}, .host = "node2"}).value(), 1u);
  EXPECT_EQ(open()->count({.tags = {{"nobody", std::nullopt}}}).value(), 0u);
}

TEST_F(RunQueryTest, ByTimeStatusAndHost) {
  const auto start = *sample_run(1).started;
  EXPECT_THAT(ids({.since = WallTime{start.ns + 2 * hour}}), ElementsAre("d", "c"));
  EXPECT_THAT(ids({.until = WallTime{start.ns + 2 * hour}}), ElementsAre("b", "a"));
  EXPECT_THAT(ids({.status = trace::RunStatus::failed}), ElementsAre("c"));
  EXPECT_THAT(ids({.status = trace::RunStatus::running}), IsEmpty());
  EXPECT_THAT(ids({.host = "node2"}), ElementsAre("d", "c"));
  EXPECT_THAT(ids({.name = "digits", .host = "node2"}), ElementsAre("d"));
}

TEST_F(RunQueryTest, SortedEitherWayWithTheUnknownLast) {
  EXPECT_THAT(ids({}), ElementsAre("d", "c", "b", "a"));
  EXPECT_THAT(ids({.descending = false}), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(ids({.sorting = RunSorting::duration}), ElementsAre("b", "c", "a", "d"));
  EXPECT_THAT(ids({.sorting = RunSorting::energy}), ElementsAre("b", "c", "a", "d"));  // d: nothing measured
  EXPECT_THAT(ids({.sorting = RunSorting::energy, .descending = false}), ElementsAre("a", "c", "b", "d"));
  EXPECT_THAT(ids({.sorting = RunSorting::name, .descending = false}), ElementsAre("a", "d", "b", "c"));
}

TEST_F(RunQueryTest, InPages) {
  EXPECT_THAT(ids({.limit = 2}), ElementsAre("d", "c"));
  EXPECT_THAT(ids({.limit = 2, .offset = 2}), ElementsAre("b", "a"));
  EXPECT_THAT(ids({.offset = 3}), ElementsAre("a"));
  EXPECT_THAT(ids({.limit = 2, .offset = 9}), IsEmpty());
}

/// The database must have an index for every filter and order, so that a long list is never read in full.
TEST_F(RunQueryTest, IsAnsweredFromIndexes) {
  auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
  ASSERT_TRUE(database);
  for (const std::string sql :
       {"SELECT key FROM run WHERE name = 'x' ORDER BY started_ns DESC NULLS LAST, key DESC",
        "SELECT key FROM run WHERE status = 'failed' ORDER BY started_ns DESC NULLS LAST, key DESC",
        "SELECT key FROM run WHERE hostname = 'x' ORDER BY started_ns DESC NULLS LAST, key DESC",
        "SELECT key FROM run WHERE started_ns >= 7 ORDER BY started_ns DESC NULLS LAST, key DESC",
        "SELECT key FROM run ORDER BY energy_j DESC NULLS LAST, key DESC LIMIT 9",
        "SELECT key FROM run WHERE started_ns >= 7 ORDER BY coalesce(duration_s, CASE WHEN status <> "
        "'running' "
        "THEN end_s - begin_s END) DESC NULLS LAST, key DESC LIMIT 9",
        "SELECT run FROM tag WHERE name = 'x' AND value = 'y'"}) {
    auto plan = database->once("EXPLAIN QUERY PLAN " + sql);
    while (plan.row()) {
      EXPECT_THAT(std::string(plan.text(3)), ::testing::HasSubstr("INDEX")) << sql;
      EXPECT_THAT(std::string(plan.text(3)), ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << sql;
    }
  }
}

/// Sums over very many runs read neither their texts nor what else is known of them.
TEST_F(RunQueryTest, SumsComeFromOneIndex) {
  auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
  ASSERT_TRUE(database);
  auto plan = database->once(
      "EXPLAIN QUERY PLAN SELECT tag.value, sum(energy_j) FROM (SELECT key, status, hostname, energy_j FROM "
      "run WHERE started_ns >= 7 AND id NOT IN ('y')) AS chosen LEFT JOIN tag ON tag.run = chosen.key AND "
      "tag.name = 'x' GROUP BY tag.value");
  ASSERT_TRUE(plan.row());
  EXPECT_THAT(std::string(plan.text(3)), ::testing::HasSubstr("COVERING INDEX run_by_sum"));
}

/// A store that is shared with another machine, which has a different /proc, boot id and machine id.
class OtherMachine : public RunQueryTest {
 protected:
  OtherMachine() {
    elsewhere_.write("sys/kernel/random/boot_id", "another boot\n");
    elsewhere_.write("etc/machine-id", "another machine\n");
    here_.write("etc/machine-id", "this machine\n");
    auto begun = open({.roots = {.etc = here_.path() / "etc"}})->record({});
    writer_ = std::move(*begun);
    for (int i = 0; i < 200 && ids({.status = trace::RunStatus::running}).empty(); ++i) ::usleep(10'000);
  }
  [[nodiscard]] std::unique_ptr<RunStore> open_elsewhere(Seconds later) {
    clock_.step_wall(system_clock().wall() - clock_.wall() + later);
    return open({.roots = {.proc = elsewhere_.path(), .etc = elsewhere_.path() / "etc"}, .clock = &clock_});
  }
  testing::TemporaryDirectory elsewhere_, here_;
  FakeClock clock_;
  std::unique_ptr<RunWriter> writer_;
};

TEST_F(OtherMachine, SeesARunThatIsHeardOfAsRunning) {
  const auto store = open_elsewhere(Seconds{30});
  EXPECT_THAT(store->recovered(), IsEmpty());
  const auto rows = store->find({.status = trace::RunStatus::running});
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().last_heard, std::nullopt);
}

TEST_F(OtherMachine, LeavesASilentRunAndSaysWhenItWasHeardOf) {
  const auto store = open_elsewhere(Seconds{3600});
  EXPECT_THAT(store->recovered(), IsEmpty());
  const auto rows = store->find({.status = trace::RunStatus::running});
  ASSERT_EQ(rows->size(), 1u);
  ASSERT_TRUE(rows->front().last_heard);
  EXPECT_LT(system_clock().wall() - *rows->front().last_heard, Seconds{60});
  EXPECT_EQ(*store->last_heard(writer_->id()), rows->front().last_heard);
  EXPECT_EQ(store->summary(writer_->id())->status, trace::RunStatus::running);
  EXPECT_THAT(*store->recover(), IsEmpty());
  EXPECT_FALSE(store->remove(writer_->id()));
}

TEST_F(OtherMachine, ClosesASilentRunWhenTold) {
  const auto store = open_elsewhere(Seconds{3600});
  EXPECT_THAT(*store->recover(/*even_if_silent=*/true), ElementsAre(writer_->id()));
  EXPECT_EQ(store->summary(writer_->id())->status, trace::RunStatus::interrupted);
  EXPECT_EQ(*store->last_heard(writer_->id()), std::nullopt);
}

TEST_F(OtherMachine, DoesNotCloseARunThatIsHeardOfEvenWhenTold) {
  EXPECT_THAT(*open_elsewhere(Seconds{30})->recover(/*even_if_silent=*/true), IsEmpty());
}

}  // namespace
}  // namespace joulecast::store
