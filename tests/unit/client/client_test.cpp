// Tests the C client with the receiving end of the protocol.
#include <gtest/gtest.h>
#include <joulecast/joulecast.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "progress/socket_server.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::progress {
namespace {

/// One listener for the whole program, because the client connects only once.
class Client : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryDirectory;
    server_ = new SocketServer(SocketServer::listen(folder_->path()).value());
    ::setenv("JOULECAST_SOCKET", server_->path().c_str(), 1);
  }
  static void TearDownTestSuite() {
    delete server_;
    delete folder_;
  }
  static std::vector<Event> heard() { return server_->service(system_clock()); }
  static testing::TemporaryDirectory* folder_;
  static SocketServer* server_;
};
testing::TemporaryDirectory* Client::folder_ = nullptr;
SocketServer* Client::server_ = nullptr;

TEST_F(Client, SaysWhereTheTrainingIs) {
  EXPECT_EQ(joulecast_is_listening(), 1);
  joulecast_begin_run(2);
  joulecast_epoch(0);
  joulecast_metric("f\"1", 0.5);
  joulecast_epoch_end(0, 64);
  joulecast_end_run();
  auto events = heard();
  const auto more = heard();  // the first call may only have accepted the connection
  events.insert(events.end(), more.begin(), more.end());
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[0].total_epochs, 2);
  EXPECT_EQ(events[1].epoch, 0);
  EXPECT_EQ(events[2].name, "f\"1");
  EXPECT_EQ(events[2].value, 0.5);
  EXPECT_EQ(events[3].work, 64);
  EXPECT_EQ(events[4].kind, EventKind::run_end);
  EXPECT_EQ(server_->refused(), 0);
}

TEST_F(Client, SaysPhasesProgressAndWindows) {
  joulecast_begin_phase("fold \"2\"", "step", 400);
  joulecast_begin_phase("rest", nullptr, 0);
  joulecast_progress(400, 400);
  joulecast_begin_window("evaluation");
  joulecast_end_window("evaluation");
  joulecast_end_phase();
  joulecast_progress(-1, 0);
  joulecast_progress(NAN, 0);
  joulecast_begin_window(nullptr);
  auto events = heard();
  const auto more = heard();
  events.insert(events.end(), more.begin(), more.end());
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[0].kind, EventKind::phase_begin);
  EXPECT_EQ(events[0].name, "fold \"2\"");
  EXPECT_EQ(events[0].unit, Unit::step);
  EXPECT_EQ(events[0].total_work, 400);
  EXPECT_EQ(events[1].unit, std::nullopt);
  EXPECT_EQ(events[1].total_work, std::nullopt);
  EXPECT_EQ(events[2].kind, EventKind::progress);
  EXPECT_EQ(events[2].work, 400);
  EXPECT_EQ(events[3].kind, EventKind::window_begin);
  EXPECT_EQ(events[4].kind, EventKind::window_end);
  EXPECT_EQ(events[4].name, "evaluation");
  EXPECT_EQ(events[5].kind, EventKind::phase_end);
  EXPECT_EQ(server_->refused(), 0);
}

TEST_F(Client, ManyStepsSendFewMessages) {
  for (int i = 1; i <= 100'000; ++i) joulecast_progress(i, 100'000);
  std::vector<Event> events;
  for (int i = 0; i < 4; ++i)
    for (auto& event : heard()) events.push_back(event);
  ASSERT_FALSE(events.empty());
  EXPECT_LT(events.size(), 1000U);
  EXPECT_EQ(events.back().work, 100'000);
}

TEST_F(Client, SaysHowMuchWasLostWhileNobodyRead) {
  constexpr int sent = 50'000;
  for (int i = 0; i < sent; ++i) joulecast_epoch(i);
  const auto all = [] {
    std::size_t events = 0;
    for (int quiet = 0; quiet < 2;) {  // the first look may only accept the connection
      const auto some = heard();
      quiet = some.empty() ? quiet + 1 : 0;
      events += some.size();
    }
    return events;
  };
  const auto before = all();
  EXPECT_LT(before, static_cast<std::size_t>(sent));
  EXPECT_EQ(server_->lost(), 0);
  joulecast_epoch(sent);
  EXPECT_EQ(all(), 1U);
  EXPECT_EQ(static_cast<std::int64_t>(before) + server_->lost(), sent);
  EXPECT_EQ(server_->refused(), 0);
}

TEST_F(Client, AForkWhileAnotherThreadSpeaksLeavesAChildThatCanSpeak) {
  std::atomic<bool> over{false};
  std::thread speaker([&] {
    while (!over) joulecast_metric("loss", 1);
  });
  int stuck = 0;
  for (int i = 0; i < 200 && stuck == 0; ++i) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::alarm(5);  // ends a child that waits for a lock that is never released
      joulecast_metric("loss", 2);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    stuck += WIFSIGNALED(status) ? 1 : 0;
    (void)heard();
  }
  over = true;
  speaker.join();
  EXPECT_EQ(stuck, 0);
}

}  // namespace
}  // namespace joulecast::progress
