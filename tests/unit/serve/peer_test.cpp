#include "serve/peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>

#include "serve/listen_address.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::serve {
namespace {

sockaddr_storage v4(const char* address, std::uint16_t port) {
  sockaddr_in end{};
  end.sin_family = AF_INET;
  end.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &end.sin_addr);
  sockaddr_storage storage{};
  std::memcpy(&storage, &end, sizeof end);
  return storage;
}

sockaddr_storage v6(const char* address, std::uint16_t port) {
  sockaddr_in6 end{};
  end.sin6_family = AF_INET6;
  end.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address, &end.sin6_addr);
  sockaddr_storage storage{};
  std::memcpy(&storage, &end, sizeof end);
  return storage;
}

const std::string header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
// The server at port 7463 (1D27), root's own end of the connection, and then the client's.
const std::string table = header +
                          "   0: 0100007F:1D27 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 "
                          "       0 11 1 0 100 0 0 10 0\n"
                          "   1: 0100007F:1D27 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000 "
                          "       0 12 1 0 100 0 0 10 0\n"
                          "   2: 0100007F:C350 0100007F:0050 01 00000000:00000000 00:00000000 00000000  1003 "
                          "       0 13 1 0 100 0 0 10 0\n"
                          "   3: 0100007F:C350 0100007F:1D27 01 00000000:00000000 00:00000000 00000000  1002 "
                          "       0 14 1 0 100 0 0 10 0\n";
const std::string table6 =
    header +
    "   0: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1D27 01 00000000:00000000 "
    "00:00000000 00000000  1004        0 15 1 0 100 0 0 10 0\n"
    "   1: 00000000000000000000000001000000:C352 00000000000000000000000001000000:1D27 01 00000000:00000000 "
    "00:00000000 00000000  1005        0 16 1 0 100 0 0 10 0\n";

TEST(Peer, IsFoundInTheKernelsTables) {
  const testing::TemporaryDirectory proc;
  proc.write("net/tcp", table);
  proc.write("net/tcp6", table6);
  const auto user = [&](const Ends& ends) { return user_at_other_end(ends, proc.path()); };
  EXPECT_EQ(user({v4("127.0.0.1", 7463), v4("127.0.0.1", 50000)}), 1002u);
  EXPECT_EQ(user({v4("127.0.0.1", 7463), v4("127.0.0.1", 50001)}), 1004u);  // its socket is one of IPv6
  EXPECT_EQ(user({v6("::1", 7463), v6("::1", 50002)}), 1005u);
  EXPECT_EQ(user({v4("127.0.0.1", 7463), v4("127.0.0.1", 50003)}), std::nullopt);
  EXPECT_EQ(user({v4("127.0.0.1", 7464), v4("127.0.0.1", 50000)}), std::nullopt);
}

TEST(Peer, WithoutTablesIsNotKnown) {
  const testing::TemporaryDirectory proc;
  EXPECT_EQ(user_at_other_end({v4("127.0.0.1", 1), v4("127.0.0.1", 2)}, proc.path()), std::nullopt);
  EXPECT_FALSE(ends_of(-1));
}

TEST(Peer, OfARealConnectionIsThisUser) {
  const auto listener = listen_at({"127.0.0.1", 0});
  ASSERT_TRUE(listener);
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = v4("127.0.0.1", listener->address.port);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sockaddr_in)), 0);
  const Descriptor accepted(::accept(listener->socket.get(), nullptr, nullptr));
  const auto ends = ends_of(accepted.get());
  ASSERT_TRUE(ends);
  if (::access("/proc/net/tcp", R_OK) != 0) GTEST_SKIP() << "there is no /proc/net/tcp here";
  EXPECT_EQ(user_at_other_end(*ends), ::geteuid());
}

}  // namespace
}  // namespace joulecast::serve
