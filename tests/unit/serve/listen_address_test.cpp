#include "serve/listen_address.hpp"

#include <gtest/gtest.h>

namespace joulecast::serve {
namespace {

TEST(ListenAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:7464")->text(), "127.0.0.1:7464");
  EXPECT_EQ(parse_listen_address("[::1]:0")->text(), "[::1]:0");
  EXPECT_EQ(parse_listen_address("localhost:65535")->port, 65535);
  for (const char* text : {"", "7464", ":7464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                           "127.0.0.1:-1", "::1:7464", "example.org:80", "256.0.0.1:80", "[::1]7464"})
    EXPECT_FALSE(parse_listen_address(text)) << text;
}

TEST(ListenAddress, KnowsWhetherOthersReachIt) {
  for (const char* local : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"})
    EXPECT_TRUE(parse_listen_address(local)->is_local()) << local;
  for (const char* open : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "128.0.0.1:1"})
    EXPECT_FALSE(parse_listen_address(open)->is_local()) << open;
}

TEST(Listen, FindsAFreePortAndRefusesATakenOne) {
  const auto first = listen_at({"127.0.0.1", 0});
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_NE(first->address.port, 0);
  const auto second = listen_at(first->address);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace joulecast::serve
