#include "progress/socket_server.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "support/temporary_directory.hpp"

namespace joulecast::progress {
namespace {

Descriptor connect_to(const SocketServer& server) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  server.path().string().copy(address.sun_path, sizeof address.sun_path - 1);
  Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return client;
}

void say(const Descriptor& client, std::string_view line) {
  EXPECT_EQ(::write(client.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
}

bool wants_service(const SocketServer& server) {
  pollfd waiting{server.descriptor(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

TEST(SocketServer, HearsItsClientsAndTakesItsFolderAway) {
  const testing::TemporaryDirectory folder;
  {
    auto server = SocketServer::listen(folder.path()).value();
    const auto client = connect_to(server);
    say(client, "{\"event\":\"epoch\",\"epoch\":3}\nnonsense\n");
    std::vector<Event> events;
    while (events.empty() && wants_service(server)) events = server.service(system_clock());
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].epoch, 3);
    EXPECT_EQ(server.refused(), 1);
    const auto moved = std::move(server);
    EXPECT_TRUE(std::filesystem::exists(moved.path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

std::vector<Event> hear_all(SocketServer& server) {
  std::vector<Event> events;
  while (wants_service(server))
    for (auto& event : server.service(system_clock())) events.push_back(std::move(event));
  return events;
}

TEST(SocketServer, HearsTheProgressOfTheFirstWhoTellsIt) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  std::optional<Descriptor> first = connect_to(server);
  const auto second = connect_to(server);
  say(*first, "{\"event\":\"epoch\",\"epoch\":3}\n");
  EXPECT_EQ(hear_all(server).size(), 1U);
  say(second, "{\"event\":\"epoch\",\"epoch\":0}\n{\"event\":\"metric\",\"name\":\"f1\",\"value\":1}\n");
  const auto metric = hear_all(server);
  ASSERT_EQ(metric.size(), 1U);
  EXPECT_EQ(metric[0].kind, EventKind::metric);
  EXPECT_EQ(server.left_out(), 1);
  first.reset();
  say(second, "{\"event\":\"epoch\",\"epoch\":1}\n");  // in the middle of its training
  EXPECT_TRUE(hear_all(server).empty());
  const auto third = connect_to(server);
  say(third, "{\"event\":\"epoch\",\"epoch\":0}\n");
  EXPECT_EQ(hear_all(server).size(), 1U);
  server.leave_progress_to_host();
  say(third, "{\"event\":\"epoch\",\"epoch\":1}\n");
  EXPECT_TRUE(hear_all(server).empty());
}

TEST(SocketServer, SeveralShareOneFolder) {
  const testing::TemporaryDirectory folder;
  {
    const auto first = SocketServer::listen(folder.path()).value();
    const auto second = SocketServer::listen(folder.path()).value();
    EXPECT_NE(first.path(), second.path());
    EXPECT_EQ(first.path().parent_path(), second.path().parent_path());
    EXPECT_EQ(std::filesystem::status(first.path().parent_path()).permissions(),
              std::filesystem::perms::owner_all);
    (void)connect_to(first);
    (void)connect_to(second);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// A killed process cannot take its socket away.
TEST(SocketServer, TheNextOneRemovesWhatKilledOnesLeft) {
  const testing::TemporaryDirectory folder;
  for (int i = 0; i < 5; ++i) {
    const auto child = ::fork();
    if (child == 0) {
      const auto server = SocketServer::listen(folder.path());
      ::_exit(server ? 0 : 1);  // without destructors, as by SIGKILL
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  {
    const auto server = SocketServer::listen(folder.path()).value();
    std::size_t sockets = 0;
    for (const auto& entry : std::filesystem::directory_iterator(server.path().parent_path()))
      sockets += entry.is_socket() ? 1U : 0U;
    EXPECT_EQ(sockets, 1U);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SocketServer, AFolderThatOthersMayEnterIsNotUsed) {
  const testing::TemporaryDirectory folder;
  const auto shared = folder.path() / fmt::format("joulecast-{}", ::geteuid());
  std::filesystem::create_directory(shared);
  std::filesystem::permissions(shared, std::filesystem::perms::all);
  const auto server = SocketServer::listen(folder.path()).value();
  EXPECT_NE(server.path().parent_path(), shared);
  EXPECT_EQ(std::filesystem::status(server.path().parent_path()).permissions(),
            std::filesystem::perms::owner_all);
}

TEST(SocketServer, WithoutDescriptorsForAConnectionItRestsAndComesBack) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  const auto client = connect_to(server);
  say(client, "{\"event\":\"epoch\",\"epoch\":3}\n");
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int next = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
  const rlimit none_left{static_cast<rlim_t>(next), limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  EXPECT_TRUE(server.service(system_clock()).empty());
  const bool spins = wants_service(server);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_FALSE(spins) << "it would be called again at once";

  std::vector<Event> events;
  for (int i = 0; i < 3 && events.empty(); ++i) events = server.service(system_clock());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].epoch, 3);
}

std::string line_of(RankMessage::Kind kind, std::optional<int> status = {}) {
  RankMessage message;
  message.kind = kind;
  message.greeting.rank = 1;
  message.greeting.name = "mine";
  message.exit_status = status;
  message.time = SteadyTime{77};
  return to_line(message);
}

/// As it is printed.
Event stated_epoch() {
  Event event;
  event.kind = EventKind::epoch_begin;
  event.evidence = Evidence::stated;
  return event;
}

std::string epoch_line() {
  RankMessage message;
  message.event = stated_epoch();
  return to_line(message);
}

TEST(SocketServer, KnowsTheRanksThatAttach) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  {
    const auto rank = connect_to(server);
    say(rank, line_of(RankMessage::Kind::attach) + epoch_line());
    const auto events = hear_all(server);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].evidence, Evidence::stated);
    ASSERT_EQ(server.ranks().size(), 1U);
    EXPECT_EQ(server.ranks()[0].greeting.name, "mine");
    EXPECT_TRUE(server.ranks()[0].is_there);
    // The rank tells the progress, so that our own is the same once more.
    EXPECT_TRUE(server.own_that_count({stated_epoch()}).empty());
    server.tell_ranks({RankOrder::Kind::end, "enough"});
    std::array<char, 200> order{};
    const auto got = ::read(rank.get(), order.data(), order.size());
    ASSERT_GT(got, 0);
    EXPECT_EQ(rank_order(std::string_view(order.data(), static_cast<std::size_t>(got - 1)))->why, "enough");
    say(rank, line_of(RankMessage::Kind::left, 3));
  }
  EXPECT_TRUE(hear_all(server).empty());
  EXPECT_FALSE(server.ranks()[0].is_there);
  EXPECT_TRUE(server.ranks()[0].has_left);
  EXPECT_EQ(server.ranks()[0].exit_status, 3);
  EXPECT_EQ(server.own_that_count({stated_epoch()}).size(), 1U);
  EXPECT_EQ(server.refused(), 0);
}

TEST(SocketServer, TakesRanksOnlyFromThoseThatAttached) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  const auto client = connect_to(server);
  say(client, line_of(RankMessage::Kind::took_over));
  EXPECT_TRUE(hear_all(server).empty());
  EXPECT_EQ(server.refused(), 1);
  EXPECT_FALSE(server.taken_over());
  say(client, line_of(RankMessage::Kind::attach) + line_of(RankMessage::Kind::took_over));
  EXPECT_TRUE(hear_all(server).empty());
  EXPECT_EQ(server.taken_over(), SteadyTime{77});
  EXPECT_TRUE(server.ranks()[0].has_left);  // it is not lost: it goes on
}

/// Whoever lags behind a rank that has ended well says nothing new.
TEST(SocketServer, HearsOnceWhatARankToldThatEndedWell) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  {
    const auto rank = connect_to(server);
    say(rank, line_of(RankMessage::Kind::attach) + epoch_line() + line_of(RankMessage::Kind::left, 0));
  }
  EXPECT_EQ(hear_all(server).size(), 1U);
  EXPECT_TRUE(server.own_that_count({stated_epoch()}).empty());
  EXPECT_EQ(server.own_that_count({stated_epoch()}).size(), 1U);
}

/// A rank that is an epoch behind the one whose progress counts reports a metric of its own epoch.
TEST(SocketServer, NamesTheEpochThatARanksMetricBelongsTo) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path()).value();
  const auto rank = connect_to(server);
  say(rank, line_of(RankMessage::Kind::attach));
  EXPECT_TRUE(hear_all(server).empty());
  for (int epoch : {1, 2}) {
    auto own = stated_epoch();
    own.epoch = epoch;
    EXPECT_EQ(server.own_that_count({own}).size(), 1U);
  }
  RankMessage message;
  message.event = stated_epoch();
  message.event.epoch = 1;
  auto lines = to_line(message);
  message.event = Event();
  message.event.name = "accuracy";
  lines += to_line(message);
  say(rank, lines);
  const auto events = hear_all(server);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "accuracy");
  EXPECT_EQ(events[0].epoch, 1);
}

}  // namespace
}  // namespace joulecast::progress
