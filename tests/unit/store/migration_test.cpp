// Stores from earlier versions of joulecast: each tests/fixtures/store/version-N.db was written by the
// program of that version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/migrations.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using sqlite::Database;
using sqlite::FileMode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Migrated : public ::testing::Test {
 protected:
  Migrated() {
    folder_.write("sys/kernel/random/boot_id", "here and now\n");
    folder_.write("etc/machine-id", "this machine\n");
    take(1);
  }
  /// Begins anew with the store of that version.
  void take(int version) const {
    std::filesystem::copy_file(
        std::filesystem::path(JOULECAST_FIXTURES) / fmt::format("store/version-{}.db", version), path(),
        std::filesystem::copy_options::overwrite_existing);
  }
  [[nodiscard]] Result<std::unique_ptr<RunStore>> open(Access access = Access::read) const {
    return RunStore::open(path().string(), access,
                          {.roots = {.proc = folder_.path(), .etc = folder_.path() / "etc"}});
  }
  /// Every table and index as SQL.
  static std::vector<std::string> schema_of(const std::filesystem::path& file) {
    auto database = Database::open(file, FileMode::read_write, Seconds{1});
    std::vector<std::string> schema;
    auto rows = database->query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name");
    while (rows.row()) schema.emplace_back(rows.text(0));
    return schema;
  }
  std::int64_t version() const {
    return **Database::open(path(), FileMode::read_write, Seconds{1})->integer("PRAGMA user_version");
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "runs.db"; }
  testing::TemporaryDirectory folder_;
};

TEST(Migrations, LeadFromOneVersionToTheNext) {
  int version = 0;
  for (const auto& step : sqlite::migrations()) EXPECT_EQ(step.version, ++version);
  EXPECT_EQ(sqlite::schema_version(), version);
}

TEST_F(Migrated, AnOldStoreHasTheTablesOfANewOne) {
  const auto fresh = folder_.path() / "fresh.db";
  ASSERT_TRUE(RunStore::open(fresh.string()));
  for (int old = 1; old < sqlite::schema_version(); ++old) {
    take(old);
    ASSERT_EQ(version(), old);
    ASSERT_TRUE(open());
    EXPECT_EQ(version(), sqlite::schema_version());
    EXPECT_EQ(schema_of(path()), schema_of(fresh)) << old;
  }
}

TEST_F(Migrated, RunsOfVersion1AreAllThereAndCanBeAskedFor) {
  const auto store = open();
  ASSERT_TRUE(store) << to_string(store.error());
  const auto rows = (*store)->find();
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->size(), 3u);
  const auto finished = (*store)->find({.name = "digits",
                                        .tags = {{"team", "vision"}},
                                        .status = trace::RunStatus::finished,
                                        .host = "box",
                                        .sorting = RunSorting::duration});
  ASSERT_EQ(finished->size(), 1u);
  EXPECT_EQ(finished->front().epochs, 3);
  EXPECT_NEAR(finished->front().energy->value(), 4.156, 1e-3);  // as version 1 listed it
  const auto run = (*store)->load(finished->front().id);
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->tags.at("seed"), "1");
  EXPECT_EQ(run->place.country, "ES");
  EXPECT_EQ(run->epochs[2].metrics.at("loss"), 0.3);
  EXPECT_FALSE(run->traces.empty());
  const auto by_duration = (*store)->find({.name = "digits", .sorting = RunSorting::duration});
  EXPECT_EQ(by_duration->front().id, finished->front().id);  // 0.6 s before 0.2 s
}

TEST_F(Migrated, RunsOfVersion2AreAllThereAndTakePhases) {
  take(2);
  auto store = open(Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  const auto rows = (*store)->find({.name = "digits", .sorting = RunSorting::duration});
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_NEAR(rows->front().energy->value(), 3.985, 1e-3);  // as version 2 listed it
  const auto run = (*store)->load(rows->front().id);
  ASSERT_TRUE(run) << to_string(run.error());
  ASSERT_EQ(run->epochs.size(), 3u);
  EXPECT_EQ(run->epochs[2].metrics.at("loss"), 0.3);
  EXPECT_EQ(run->epochs[2].phase, 0u);
  EXPECT_TRUE(run->phases.empty() && run->progress.empty() && run->windows.empty());
  ASSERT_TRUE((*store)->import_run(sample_run(120)));
  const auto added = (*store)->load("sample-1");
  ASSERT_TRUE(added) << to_string(added.error());
  EXPECT_EQ(added->phases.size(), 2u);
  EXPECT_EQ(added->epochs.back().phase, 1u);
}

TEST_F(Migrated, RunsOfVersion4StandAloneAndTakeSegmentsAndJobs) {
  take(4);
  auto store = open(Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  const auto rows = (*store)->find({.name = "digits", .sorting = RunSorting::duration});
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_NEAR(rows->front().energy->value(), 21.128, 1e-3);  // as version 4 listed it
  EXPECT_EQ(rows->front().continues, "");
  EXPECT_EQ((*store)->load(rows->front().id)->phases.front().done_before, std::nullopt);
  auto next = sample_run(120);
  next.info.continues = rows->front().id;
  next.info.job = {};
  next.info.job.scheduler = "slurm";
  next.info.job.id = "4711";
  ASSERT_TRUE((*store)->import_run(next));
  EXPECT_EQ((*store)->find({.continues = rows->front().id})->size(), 1u);
  int of_jobs = 0;
  ASSERT_TRUE((*store)->each_job_run({}, [&](const JobRun& run) { of_jobs += run.job == "4711" ? 1 : 100; }));
  EXPECT_EQ(of_jobs, 1);
}

TEST_F(Migrated, RunsOfVersion7TellTheNodesOfTheirJobs) {
  take(7);
  const auto store = open(Access::write);
  ASSERT_TRUE(store) << to_string(store.error());
  std::vector<JobRun> runs;
  ASSERT_TRUE((*store)->each_job_run({}, [&](const JobRun& run) { runs.push_back(run); }));
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].host, "box");
  EXPECT_EQ(runs[0].node, "node7");
  EXPECT_EQ(runs[0].nodes, 2);
  EXPECT_EQ(runs[0].start, 1);
  EXPECT_EQ(runs[0].key, "slurm 4711.0");
}

TEST_F(Migrated, SecretsInOldCommandLinesAreHidden) {
  take(2);
  {
    auto database = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database->script(R"(UPDATE run SET command = '["train","--api-key","abc","--lr=1"]';
                                    PRAGMA wal_checkpoint(TRUNCATE))"));
  }
  ASSERT_TRUE(open());
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  auto rows = database->query("SELECT DISTINCT command FROM run");
  ASSERT_TRUE(rows.row());
  EXPECT_EQ(rows.text(0), R"(["train","--api-key","***","--lr=1"])");
  EXPECT_FALSE(rows.row());
}

TEST_F(Migrated, ARunThatWasKilledOnAnotherMachineStaysOpenUntilTold) {
  const auto store = open();
  EXPECT_THAT((*store)->recovered(), ::testing::IsEmpty());
  const auto running = (*store)->find({.status = trace::RunStatus::running});
  ASSERT_EQ(running->size(), 1u);
  EXPECT_EQ(running->front().name, "killed");
  EXPECT_TRUE(running->front().last_heard);
  EXPECT_THAT(*(*store)->recover(true), ElementsAre(running->front().id));
  const auto closed = (*store)->find({.name = "killed"});
  EXPECT_EQ(closed->front().status, trace::RunStatus::interrupted);
  EXPECT_GT(closed->front().energy->value(), 1);
}

TEST_F(Migrated, AStepThatFailsLeavesTheStoreAsItWas) {
  {
    auto database = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(
        database->script("CREATE INDEX tag_by_value ON tag (value); PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  const auto before = schema_of(path());
  const auto store = open(Access::write);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::malformed);
  EXPECT_THAT(store.error().message, HasSubstr("tag_by_value"));
  EXPECT_EQ(version(), 1);
  EXPECT_EQ(schema_of(path()), before);
}

}  // namespace
}  // namespace joulecast::store
