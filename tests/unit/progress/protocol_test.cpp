#include "progress/protocol.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "progress/socket_server.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::progress {
namespace {

constexpr SteadyTime now{100'000'000'000};

TEST(ParseMessage, TakesEveryEvent) {
  const auto begin = parse_message(R"({"v":1,"event":"begin_run","total_epochs":50})", now);
  ASSERT_TRUE(begin);
  EXPECT_EQ(begin->front().kind, EventKind::run_begin);
  EXPECT_EQ(begin->front().total_epochs, 50);
  const auto epoch = parse_message(R"({"event":"epoch","epoch":3,"t":99000000000})", now);
  ASSERT_TRUE(epoch);
  EXPECT_EQ(epoch->front().epoch, 3);
  EXPECT_EQ(epoch->front().time.ns, 99'000'000'000) << "the sender's own time, where it is believable";
  const auto many =
      parse_message(R"({"event":"metric","epoch":3,"metrics":{"loss":0.5,"acc":null,"f1":0.25}})", now);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->size(), 2u);
}

Event heard(const std::string& line) {
  const auto events = parse_message(line, now);
  EXPECT_TRUE(events) << line;
  return events && events->size() == 1 ? events->front() : Event{};
}

TEST(ParseMessage, TakesPhasesProgressAndWindows) {
  const auto phase = heard(R"({"event":"begin_phase","name":"fold 2","unit":"step","total_work":400})");
  EXPECT_EQ(phase.kind, EventKind::phase_begin);
  EXPECT_EQ(phase.name, "fold 2");
  EXPECT_EQ(phase.unit, Unit::step);
  EXPECT_EQ(phase.total_work, 400);
  EXPECT_EQ(heard(R"({"event":"end_phase"})").kind, EventKind::phase_end);
  const auto progress =
      heard(R"({"event":"progress","work":0,"total_work":1e15,"unit":"tokens","later":[1]})");
  EXPECT_EQ(progress.kind, EventKind::progress);
  EXPECT_EQ(progress.work, 0);
  EXPECT_EQ(progress.total_work, 1e15);
  EXPECT_EQ(progress.unit, Unit::token);
  EXPECT_EQ(progress.scope, Scope::phase);
  EXPECT_EQ(progress.evidence, Evidence::told);
  const auto within = heard(R"({"event":"progress","epoch":3,"work":7,"total_work":10,"unit":null})");
  EXPECT_EQ(within.scope, Scope::epoch);
  EXPECT_EQ(within.epoch, 3);
  EXPECT_EQ(within.unit, std::nullopt);
  const auto begin = heard(R"({"event":"begin_window","name":"evaluation"})");
  EXPECT_EQ(begin.kind, EventKind::window_begin);
  EXPECT_EQ(begin.name, "evaluation");
  EXPECT_EQ(heard(R"({"event":"end_window","name":"evaluation"})").kind, EventKind::window_end);
}

TEST(ParseMessage, KnowsUnitsByTheirOtherNames) {
  const std::pair<const char*, Unit> units[] = {{"epoch", Unit::epoch},     {"epochs", Unit::epoch},
                                                {"batches", Unit::step},    {"batch", Unit::step},
                                                {"iterations", Unit::step}, {"examples", Unit::sample},
                                                {"%", Unit::percent},       {"frames", Unit::work}};
  for (const auto& [name, unit] : units)
    EXPECT_EQ(heard(fmt::format(R"({{"event":"progress","work":1,"unit":"{}"}})", name)).unit, unit) << name;
}

TEST(ParseMessage, WhatIsNotAboveZeroIsUnknown) {
  const auto end = heard(R"({"event":"epoch_end","epoch":1,"work":0,"total_work":-1,"total_epochs":null})");
  EXPECT_EQ(end.work, std::nullopt);
  EXPECT_EQ(end.total_work, std::nullopt);
  EXPECT_EQ(end.total_epochs, std::nullopt);
}

TEST(ParseMessage, RefusesFiguresThatWouldSpoilTheForecast) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"event":"begin_run","total_work":5e-324})", "total_work"},
      {R"({"event":"begin_run","total_work":1e16})", "total_work"},
      {R"({"event":"begin_run","total_epochs":1e10})", "total_epochs"},
      {R"({"event":"begin_run","total_epochs":"50"})", "total_epochs"},
      {R"({"event":"epoch_end","epoch":2,"work":1e308})", "work"},
      {R"({"event":"epoch_end","epoch":2,"work":1e-300})", "work"},
      {R"({"event":"metric","name":"f1","value":1,"total_work":1e300})", "total_work"},
      {R"({"event":"progress"})", "work"},
      {R"({"event":"progress","work":-1})", "work"},
      {R"({"event":"progress","work":1e15,"total_work":2e15})", "total_work"},
      {R"({"event":"progress","work":1.5e15})", "work"},
      {R"({"event":"progress","work":"7"})", "work"},
      {R"({"event":"progress","work":1,"unit":3})", "unit"},
      {R"({"event":"progress","work":1,"epoch":0.5})", "epoch"},
      {R"({"event":"begin_phase"})", "name"},
      {R"({"event":"begin_phase","name":""})", "name"},
      {R"({"event":"begin_window","name":7})", "name"}};
  for (const auto& [line, named] : bad) {
    const auto told = parse_message(line, now);
    ASSERT_FALSE(told) << line;
    EXPECT_EQ(told.error().kind, ErrorKind::malformed);
    EXPECT_NE(told.error().message.find(named), std::string::npos) << told.error().message;
  }
  const auto long_name = fmt::format(R"({{"event":"end_window","name":"{}"}})", std::string(201, 'n'));
  EXPECT_FALSE(parse_message(long_name, now));
}

TEST(ParseMessage, DoesNotBelieveImpossibleTimes) {
  for (const auto* t : {"-5", "900000000000", "1", "9223372036854775807"}) {
    const auto told = parse_message(std::string(R"({"event":"epoch","epoch":1,"t":)") + t + "}", now);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->front().time, now) << t;
  }
}

TEST(ParseMessage, RefusesEverythingElseWithAReason) {
  const std::string deep(5000, '[');
  for (const std::string& bad :
       {std::string("{"), std::string("[]"), std::string("3"), std::string("\xff\xfe\x00garbage", 10),
        std::string(R"({"event":7})"), std::string(R"({"event":"dance"})"),
        std::string(R"({"event":"epoch"})"), std::string(R"({"event":"epoch","epoch":"3"})"),
        std::string(R"({"event":"epoch","epoch":-1})"), std::string(R"({"event":"epoch","epoch":1e300})"),
        std::string(R"({"event":"metric","name":"x"})"), std::string(R"({"v":2,"event":"end_run"})"),
        std::string(longest_line + 1, ' '), deep}) {
    const auto told = parse_message(bad, now);
    ASSERT_FALSE(told) << bad.substr(0, 40);
    EXPECT_EQ(told.error().kind, ErrorKind::malformed);
    EXPECT_EQ(told.error().message.find('\n'), std::string::npos);
  }
}

int connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path.string(), address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  // The flood must not block the test, so data that the server does not take in time is dropped.
  EXPECT_EQ(::fcntl(fd, F_SETFL, O_NONBLOCK), 0);
  return fd;
}

std::vector<Event> service_until_quiet(SocketServer& server) {
  std::vector<Event> all;
  for (int i = 0; i < 20; ++i) {
    const auto events = server.service(system_clock());
    all.insert(all.end(), events.begin(), events.end());
  }
  return all;
}

TEST(SocketServer, HearsSeveralClientsAndSurvivesBadOnes) {
  const testing::TemporaryDirectory folder;
  auto server = SocketServer::listen(folder.path());
  ASSERT_TRUE(server);
  const int good = connect_to(server->path());
  const int bad = connect_to(server->path());
  const std::string garbage = std::string(40'000, 'z') + "\n" + "{\"event\":\"epoch\",\"epoch\":8}\n";
  EXPECT_GT(::write(bad, garbage.data(), garbage.size()), 0);
  const std::string_view half = R"({"event":"metric","name":"f1","value":1,"ep)";
  EXPECT_EQ(::write(good, half.data(), half.size()), static_cast<ssize_t>(half.size()));
  auto events = service_until_quiet(*server);
  const std::string_view rest = "och\":4}\n";
  EXPECT_EQ(::write(good, rest.data(), rest.size()), static_cast<ssize_t>(rest.size()));
  for (auto& event : service_until_quiet(*server)) events.push_back(event);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].epoch, 8) << "a refused line costs only itself";
  EXPECT_EQ(events[1].epoch, 4) << "a line cut in two is one line";
  EXPECT_EQ(server->refused(), 1);
  ::close(good);
  ::close(bad);
}

TEST(SocketServer, LeavesNothingBehind) {
  const testing::TemporaryDirectory folder;
  {
    auto server = SocketServer::listen(folder.path());
    ASSERT_TRUE(server);
    EXPECT_TRUE(std::filesystem::exists(server->path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace joulecast::progress
