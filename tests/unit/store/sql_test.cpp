#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/run_store.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SqlNames, AreReplacedWhereASignSaysSo) {
  const auto upper = [](std::string_view name) { return "<" + std::string(name) + ">"; };
  EXPECT_EQ(sql::with_names("SELECT key FROM @run WHERE key = ?", upper),
            "SELECT key FROM <run> WHERE key = ?");
  EXPECT_EQ(sql::with_names("DELETE FROM @own_run, @tag", upper), "DELETE FROM <own_run>, <tag>");
  EXPECT_EQ(sql::with_names("", upper), "");
  EXPECT_EQ(sql::with_names("nothing", upper), "nothing");
}

TEST(StoreAddress, APasswordIsNotShown) {
  for (const auto* url :
       {"postgresql://me:hush@host/runs", "postgres://me:hu@sh:hush@host/runs",
        "postgresql://host/runs?user=me&password=hush", "postgresql://host/runs?sslpassword=hush"})
    EXPECT_THAT(shown_url(url), Not(HasSubstr("hush"))) << url;
  EXPECT_EQ(shown_url("postgresql://me@host/runs?sslmode=require"),
            "postgresql://me@host/runs?sslmode=require");
  EXPECT_EQ(shown_url("/home/me:x@y/runs.db"), "/home/me:x@y/runs.db");
}

TEST(StoreAddress, WhatIsNoneIsRefusedWithoutAServer) {
  for (const auto* url :
       {"postgresql://me:hush@host:port/x", "postgresql://host/x?nonsense=1", "postgres://[::1"}) {
    const auto refused = RunStore::open(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("hush")));
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("\n")));
  }
}

TEST(StoreAddress, AServerThatIsNotThereIsToldInOneLine) {
  const auto refused = RunStore::open("postgresql://me:hush@127.0.0.1:1/runs?connect_timeout=2");
  ASSERT_FALSE(refused);
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("hush")));
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace joulecast::store
