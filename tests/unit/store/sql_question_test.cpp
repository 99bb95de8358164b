#include "store/sql_question.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<SqlTable> tables{{"runs", {"id", "energy_j"}}, {"tags", {"run", "name"}}};

SqlQuestion prepared(const std::string& sql) {
  auto question = SqlQuestion::prepare(tables, sql);
  EXPECT_TRUE(question) << question.error().message;
  return std::move(*question);
}

TEST(SqlQuestion, AnswersFromTheRowsThatItWasGiven) {
  auto question = prepared("select sum(energy_j) as all_j, count(*) from runs");
  ASSERT_TRUE(question.add("runs", {std::string("a"), 1.5}));
  ASSERT_TRUE(question.add("runs", {std::string("b"), 2.0}));
  ASSERT_TRUE(question.add("runs", {std::string("c"), std::monostate{}}));
  const auto answer = question.answer();
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->columns, ElementsAre("all_j", "count(*)"));
  EXPECT_THAT(answer->rows, ElementsAre(ElementsAre(SqlValue(3.5), SqlValue(std::int64_t{3}))));
}

TEST(SqlQuestion, AnUnknownValueStaysUnknown) {
  auto question = prepared("select energy_j from runs");
  ASSERT_TRUE(question.add("runs", {std::string("a"), std::monostate{}}));
  EXPECT_THAT(question.answer()->rows, ElementsAre(ElementsAre(SqlValue())));
}

TEST(SqlQuestion, KnowsWhichTablesAndColumnsItNeeds) {
  const auto question = prepared("select id from runs where energy_j > 1");
  EXPECT_TRUE(question.reads("runs"));
  EXPECT_TRUE(question.reads("runs", "energy_j"));
  EXPECT_FALSE(question.reads("tags"));
  EXPECT_TRUE(prepared("select count(*) from tags").reads("tags"));
  EXPECT_FALSE(prepared("select id from runs").reads("runs", "energy_j"));
}

TEST(SqlQuestion, TextsWithQuotesAreOnlyTexts) {
  auto question = prepared("select id from runs");
  const std::string hostile = "'); drop table runs; --";
  ASSERT_TRUE(question.add("runs", {hostile, 1.0}));
  EXPECT_THAT(question.answer()->rows, ElementsAre(ElementsAre(SqlValue(hostile))));
}

TEST(SqlQuestion, ColumnsOfOneNameAreToldApart) {
  EXPECT_THAT(prepared("select id, id from runs").answer()->columns, ElementsAre("id", "id_2"));
}

TEST(SqlQuestion, RefusesWhatIsNoSingleSelect) {
  for (const char* sql :
       {"", "  ", "select 1; select 2", "delete from runs", "create table x (y)", "attach '/tmp/x' as x",
        "pragma user_version", "vacuum", "vacuum into '/tmp/joulecast-vacuum'", "select load_extension('x')",
        "begin", "nonsense", "select \"nmae\" from runs", "update runs set id = 1",
        "with a as (select 1) delete from runs"}) {
    const auto question = SqlQuestion::prepare(tables, sql);
    ASSERT_FALSE(question) << sql;
    EXPECT_EQ(question.error().kind, ErrorKind::invalid) << sql;
    EXPECT_EQ(question.error().where, "query");
  }
}

TEST(SqlQuestion, AnEndlessAnswerEnds) {
  auto question = prepared("with recursive a(n) as (select 1 union all select n + 1 from a) select n from a");
  const auto answer = question.answer();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("LIMIT"));
}

}  // namespace
}  // namespace joulecast::store
