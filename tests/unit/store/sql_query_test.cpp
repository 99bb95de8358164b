// Tests SQL over a store: what a statement may read, that it can do nothing else, and that it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Counts how often it is asked: `lengths` has one row a run and channel.
class Lengths {
 public:
  [[nodiscard]] std::vector<ComputedView> views() {
    return {
        {{"lengths", "", {{"run"}, {"channel"}, {"seconds", SqlType::real}}}, [this](const trace::Run& run) {
           ++asked;
           std::vector<SqlRow> rows;
           for (const auto& trace : run.traces)
             rows.push_back({run.info.id, trace.channel.name, run.span.length().value()});
           return rows;
         }}};
  }
  int asked = 0;
};

class SqlQueryTest : public ::testing::Test {
 protected:
  SqlQueryTest() {
    const auto store = RunStore::open(path());
    for (int i = 0; i < 4; ++i) {
      auto run = sample_run(120);
      run.info.id = std::string("run-") + static_cast<char>('a' + i);
      run.info.name = i % 2 == 0 ? "even" : "odd";
      run.started->ns += std::int64_t{i} * 1'000'000'000;
      if (i == 3) run.traces.clear();
      EXPECT_TRUE((*store)->import_run(run));
    }
  }
  [[nodiscard]] std::string path() const { return (folder_.path() / "runs.db").string(); }
  Result<SqlTable> ask(const SqlRequest& request) {
    const auto store = RunStore::open(path(), Access::look);
    if (!store) return propagate(store.error());
    return (*store)->query(request, lengths_.views());
  }
  std::vector<SqlRow> rows(const std::string& sql) {
    auto table = ask({.sql = sql});
    EXPECT_TRUE(table) << sql << ": " << to_string(table.error());
    return table ? std::move(table->rows) : std::vector<SqlRow>{};
  }
  std::string refusal(const std::string& sql) {
    const auto table = ask({.sql = sql});
    EXPECT_FALSE(table) << sql;
    if (table) return "";
    EXPECT_EQ(table.error().where, "sql") << sql;
    EXPECT_TRUE(table.error().is_field) << sql;
    EXPECT_EQ(table.error().kind, ErrorKind::invalid) << sql;
    return table.error().message;
  }
  testing::TemporaryDirectory folder_;
  Lengths lengths_;
};

SqlRow row(std::initializer_list<SqlValue> values) {
  return values;
}

TEST_F(SqlQueryTest, RunsHaveTheFiguresOfTheList) {
  const auto store = RunStore::open(path(), Access::look);
  const auto listed = (*store)->find();
  ASSERT_TRUE(listed);
  const auto found =
      rows("SELECT id, energy_j, duration_s, provenance, epochs FROM runs ORDER BY started DESC");
  ASSERT_THAT(found, SizeIs(listed->size()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& run = (*listed)[i];
    EXPECT_EQ(found[i],
              row({run.id, run.energy ? SqlValue(run.energy->value()) : SqlValue(), run.duration.value(),
                   std::string(name_of(run.provenance)), std::int64_t{run.epochs}}));
  }
  EXPECT_EQ(found.front()[1], SqlValue()) << "run-d has no reading: its energy is unknown, not 0";
}

TEST_F(SqlQueryTest, CountsSumsAndJoins) {
  EXPECT_THAT(rows("SELECT count(*) FROM runs"), ElementsAre(row({std::int64_t{4}})));
  EXPECT_THAT(rows("SELECT count(*), count(energy_j) FROM runs WHERE name = 'odd'"),
              ElementsAre(row({std::int64_t{2}, std::int64_t{1}})));
  EXPECT_THAT(rows("SELECT DISTINCT run FROM lengths JOIN runs ON id = run WHERE name = 'even' ORDER BY 1"),
              ElementsAre(row({"run-a"}), row({"run-c"})));
  EXPECT_THAT(rows("SELECT value FROM tags WHERE run = 'run-a'"), ElementsAre(row({"vision"})));
  EXPECT_THAT(rows("SELECT gpus FROM runs WHERE id = 'run-a'"), SizeIs(1));
}

TEST_F(SqlQueryTest, OneRunIsReadWhereOneIsAskedFor) {
  EXPECT_THAT(rows("SELECT channel FROM lengths WHERE run = 'run-b'"), SizeIs(sample_channels().size()));
  EXPECT_EQ(lengths_.asked, 1);
  EXPECT_THAT(rows("SELECT 1 FROM lengths WHERE run = 'run-z' OR run IS NULL"), SizeIs(0));
  EXPECT_THAT(rows("SELECT 1 FROM lengths WHERE run = NULL"), SizeIs(0));
  lengths_.asked = 0;
  EXPECT_THAT(rows("SELECT DISTINCT run FROM lengths WHERE run IN (SELECT id FROM runs WHERE name = 'even')"),
              ElementsAre(row({"run-a"}), row({"run-c"})));
  EXPECT_EQ(lengths_.asked, 2);
  lengths_.asked = 0;
  // Another collation compares otherwise, so every run has to be looked at.
  EXPECT_THAT(rows("SELECT DISTINCT run FROM lengths WHERE run = 'RUN-B' COLLATE NOCASE"),
              ElementsAre(row({"run-b"})));
  EXPECT_EQ(lengths_.asked, 4);
}

TEST_F(SqlQueryTest, WhateverIsNoSelectIsRefused) {
  const auto before = std::filesystem::last_write_time(path());
  for (const char* sql : {"DELETE FROM runs",
                          "DELETE FROM run",
                          "UPDATE run SET name = 'x'",
                          "INSERT INTO tag VALUES (1, 'a', 'b')",
                          "CREATE TABLE x (y)",
                          "CREATE TEMP TABLE x (y)",
                          "CREATE VIRTUAL TABLE x USING lengths",
                          "DROP TABLE run",
                          "DROP VIEW runs",
                          "ATTACH 'other.db' AS other",
                          "PRAGMA journal_mode = DELETE",
                          "PRAGMA query_only = OFF",
                          "PRAGMA table_info(run)",
                          "VACUUM",
                          "VACUUM INTO 'copy.db'",
                          "BEGIN",
                          "COMMIT",
                          "REINDEX",
                          "ANALYZE",
                          "SELECT load_extension('x')",
                          "SELECT fts3_tokenizer('x')",
                          "SELECT joulecast_time(1)",
                          "SELECT * FROM pragma_database_list",
                          "SELECT sql FROM sqlite_schema",
                          "SELECT id FROM run",
                          "SELECT data FROM block",
                          "EXPLAIN DELETE FROM run",
                          "WITH gone AS (SELECT 1) DELETE FROM run",
                          "SELECT 1; DELETE FROM run",
                          "SELECT 1; SELECT 2"})
    EXPECT_NE(refusal(sql), "");
  EXPECT_EQ(std::filesystem::last_write_time(path()), before);
  EXPECT_THAT(rows("SELECT count(*) FROM runs"), ElementsAre(row({std::int64_t{4}})));
}

TEST_F(SqlQueryTest, AStoreThatIsOpenForMoreIsReadAloneToo) {
  const auto store = RunStore::open(path(), Access::write);
  EXPECT_FALSE((*store)->query({.sql = "UPDATE run SET name = 'x'"}, lengths_.views()));
  ASSERT_TRUE((*store)->query({.sql = "SELECT * FROM lengths, runs, tags"}, lengths_.views()));
  ASSERT_TRUE((*store)->query({.sql = "SELECT * FROM lengths, runs, tags"}, lengths_.views())) << "and again";
  EXPECT_FALSE((*store)->query({.sql = "SELECT * FROM lengths"}, {}))
      << "the view is gone with its statement";
  EXPECT_TRUE((*store)->rename("run-a", "renamed")) << "afterwards it can be written again";
}

TEST_F(SqlQueryTest, AFaultIsSaidInOneLineWithItsPlace) {
  EXPECT_THAT(refusal("SELEC 1"), HasSubstr("syntax error (at character 1)"));
  EXPECT_THAT(refusal("SELECT power FROM runs"), HasSubstr("no such column: power (at character 8)"));
  EXPECT_THAT(refusal("SELECT * FROM trainings"), HasSubstr("; the views are lengths, metrics, runs, "));
  EXPECT_THAT(refusal("SELECT id FROM run"), HasSubstr("there is no view 'run'"));
  EXPECT_THAT(refusal("SELECT 1; SELECT 2"), HasSubstr("one statement at a time"));
  EXPECT_THAT(refusal("SELECT * FROM runs WHERE id = ?"), HasSubstr("parameter"));
  EXPECT_NE(refusal(" -- nothing\n"), "");
  EXPECT_NE(refusal("SELECT abs(-9223372036854775808)"), "");
  EXPECT_NE(refusal("SELECT zeroblob(100000000)"), "");
  EXPECT_EQ(refusal("SELECT \"\n\" FROM runs").find('\n'), std::string::npos);
}

TEST_F(SqlQueryTest, EndsInTime) {
  const auto table =
      ask({.sql = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
           .time_limit = Seconds{0.05}});
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().where, "time_limit");
  EXPECT_EQ(table.error().kind, ErrorKind::retry);
}

TEST_F(SqlQueryTest, TheLimitCutsAndSaysSo) {
  const auto cut = ask({.sql = "SELECT id FROM runs ORDER BY id", .limit = 3});
  ASSERT_TRUE(cut);
  EXPECT_THAT(cut->rows, SizeIs(3));
  EXPECT_TRUE(cut->truncated);
  EXPECT_FALSE(ask({.sql = "SELECT id FROM runs ORDER BY id", .limit = 4})->truncated);
  EXPECT_EQ(ask({.sql = "SELECT 1", .limit = 0}).error().where, "limit");
}

TEST_F(SqlQueryTest, ColumnsOfOneNameAreToldApart) {
  EXPECT_THAT(ask({.sql = "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a"})->columns,
              ElementsAre("a", "a_2", "a_2_2", "a_3"));
}

TEST_F(SqlQueryTest, ADamagedRunIsLeftOutAndNamed) {
  {
    auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database->run(
        "UPDATE block SET data = x'00' WHERE key IN (SELECT times FROM chunk JOIN run ON run.key = chunk.run "
        "WHERE id = 'run-b')"));
  }
  const auto table = ask({.sql = "SELECT DISTINCT run FROM lengths ORDER BY run"});
  ASSERT_TRUE(table) << to_string(table.error());
  EXPECT_THAT(table->rows, ElementsAre(row({"run-a"}), row({"run-c"})));
  EXPECT_THAT(table->notes, ElementsAre(HasSubstr("run-b")));
}

TEST(SqlQuery, LookingMakesNoStore) {
  const testing::TemporaryDirectory folder;
  const auto path = folder.path() / "none.db";
  EXPECT_EQ(RunStore::open(path.string(), Access::look).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace joulecast::store
