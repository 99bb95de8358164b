// What needs no server: statements as the server takes them, and its messages as ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#if __has_include("store/postgres/errors.hpp")
#include "store/postgres/errors.hpp"

namespace joulecast::store::postgres {
namespace {

TEST(PostgresWords, ASqlStateSaysWhetherToTryAgain) {
  const auto kind = [](std::string_view state) {
    return describe(state, "ERROR:  words", "anna", "db").kind;
  };
  for (const auto* state : {"53100", "53300", "57014", "57P01", "08006", "40001", "40P01", "55P03", ""})
    EXPECT_EQ(kind(state), ErrorKind::retry) << state;
  for (const auto* state : {"42501", "28P01", "25006"}) EXPECT_EQ(kind(state), ErrorKind::denied) << state;
  EXPECT_EQ(kind("42601"), ErrorKind::invalid);
  EXPECT_EQ(kind("XX001"), ErrorKind::malformed);
}

TEST(PostgresWords, RefusalsAreOneLineThatSaysWhatToDo) {
  const auto full = describe_refusal(
      "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  sorry, too many clients already\n",
      "db");
  EXPECT_EQ(full.kind, ErrorKind::retry);
  EXPECT_THAT(full.message, ::testing::HasSubstr("max_connections"));
  const auto wrong = describe_refusal(
      "connection to server at \"::1\" failed: FATAL:  password authentication failed for user "
      "\"anna\"\nmore\n",
      "db");
  EXPECT_EQ(wrong.kind, ErrorKind::denied);
  EXPECT_EQ(wrong.message, "the server refuses: password authentication failed for user \"anna\"");
  const auto other = describe_refusal("Verbindung fehlgeschlagen: \xc3\xa4rgerlich\n", "db");
  EXPECT_EQ(other.kind, ErrorKind::retry);
  EXPECT_THAT(other.message, ::testing::HasSubstr("\xc3\xa4rgerlich"));
}

}  // namespace
}  // namespace joulecast::store::postgres
#endif
