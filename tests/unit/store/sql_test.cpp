#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/run_store.hpp"
#include "store/server_address.hpp"
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
       {"postgresql://me:hush@host:port/x", "postgresql://host/x?nonsense=1", "postgres://[::1",
        "postgresql://host/x?sslmode", "postgresql://host/x?connect_timeout=soon",
        "postgresql://me:hu@hush@host/x", "postgresql://me:hush/x@host/runs",
        "postgresql://me:hush?x@host/runs", "postgresql:/me:hush@host/runs", "host=localhost password=hush",
        "postgresql://host/x?options=a=hush"}) {
    const auto refused = RunStore::open(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("hush")));
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("\n")));
  }
}

#ifdef JOULECAST_WITH_POSTGRES
TEST(StoreAddress, WhatLibpqUnderstandsIsTaken) {
  for (const auto* url :
       {"postgresql://", "postgresql://host", "postgres://me@host/runs",
        "postgresql://me:p%40ss@host:5433/runs", "postgresql://a,b:5433/runs?target_session_attrs=read-write",
        "postgresql://[::1]:5432/runs", "postgresql:///runs?host=/var/run/postgresql",
        "postgresql://?service=team",
        "postgresql://host/runs?sslmode=verify-full&sslrootcert=/etc/ca.crt&connect_timeout=3",
        "postgresql://me:pa:ss@host/runs"})
    EXPECT_TRUE(check_url(url)) << url;
}
#else
TEST(StoreAddress, IsRefusedWherePostgresIsNotBuiltIn) {
  EXPECT_THAT(to_string(check_url("postgresql://me:hush@host/runs").error()),
              HasSubstr("built without PostgreSQL"));
}
#endif

TEST(StoreAddress, MeansTheSameStoreHoweverItIsWritten) {
  const auto plain = identity_of("postgresql://anna@host/runs");
  for (const auto* url :
       {"postgres://anna@host/runs", "postgresql://anna:hush@host:5432/runs",
        "postgresql://anna:***@host/runs?sslmode=require",
        "postgresql:///runs?host=host&user=anna&connect_timeout=2", "postgresql://ann%61@host/?dbname=runs"})
    EXPECT_EQ(identity_of(url), plain) << url;
  for (const auto* url :
       {"postgresql://ben@host/runs", "postgresql://anna@other/runs", "postgresql://anna@host:5433/runs",
        "postgresql://anna@host/others", "postgresql://host/runs", "postgresql://anna@host,other/runs",
        "postgresql://anna@host/runs?service=team"})
    EXPECT_NE(identity_of(url), plain) << url;
  EXPECT_EQ(identity_of("postgresql://a@x,[::1]:5433/d"), identity_of("postgres://a@x:5432,[::1]:5433/d"));
  EXPECT_EQ(identity_of("postgresql://anna@host"), identity_of("postgresql://anna@host/anna"));
  for (const auto* url : {"", "postgresql://", "postgresql://@", "x?", "postgresql://%", "postgresql://h/%4"})
    (void)identity_of(url);
}

TEST(StoreAddress, AServerThatIsNotThereIsToldInOneLine) {
  const auto refused = RunStore::open("postgresql://me:hush@127.0.0.1:1/runs?connect_timeout=2");
  ASSERT_FALSE(refused);
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("hush")));
  EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace joulecast::store
