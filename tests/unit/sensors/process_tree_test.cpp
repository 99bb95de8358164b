// Uses real processes, because the test is about what the kernel shows of them.
#include "sensors/support/process_tree.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "unit/sensors/support.hpp"

namespace joulecast::sensors {
namespace {

TEST(ProcessStat, CountsFieldsFromTheLastBracket) {
  const auto stat = parse_process_stat(
      "42 (a) b (c) S 7 8 9 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 12345 1000000 77 18446744073709551615 "
      "1 1");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->pid, 42);
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->group, 8);
  EXPECT_EQ(stat->session, 9);
  EXPECT_EQ(stat->ticks, 100U);
  EXPECT_EQ(stat->start_ticks, 12345U);
  EXPECT_EQ(stat->resident_pages, 77U);
  for (const char* bad : {"", "42", "42 (x", "x (y) S 1", "42 (a) S 7 8 9 0"})
    EXPECT_FALSE(parse_process_stat(bad)) << bad;
}

/// Uses CPU time for a while, as counted by /proc.
void burn(double seconds) {
  const auto end = std::clock() + static_cast<std::clock_t>(seconds * CLOCKS_PER_SEC);
  while (std::clock() < end) {
  }
}

void pause_until_killed() {
  for (;;) ::pause();
}

/// Starts a child that runs `body` in its own session, like joulecast run. It is killed with its group at the
/// end.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setsid();
      body();
      ::_exit(0);
    }
    for (int i = 0; i < 200 && ::getpgid(pid_) != pid_; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ~Child() {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  Child(const Child&) = delete;
  [[nodiscard]] int pid() const { return pid_; }

 private:
  int pid_;
};

/// Repeats the check for a few seconds until it holds.
template <class Holds>
bool soon(ProcessTree& tree, Holds holds) {
  for (int i = 0; i < 400; ++i) {
    if (tree.refresh(Look::everything) && holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

ProcessTree open_tree(int pid) {
  auto environment = real_environment();
  environment.pid = pid;
  return ProcessTree::open(environment).value();
}

TEST(ProcessTree, HoldsChildrenAndGrandchildren) {
  const Child child([] {
    for (int i = 0; i < 2; ++i)
      if (::fork() == 0) {
        if (::fork() == 0) pause_until_killed();
        pause_until_killed();
      }
    pause_until_killed();
  });
  auto tree = open_tree(child.pid());
  EXPECT_TRUE(soon(tree, [&] { return tree.size() == 5; })) << tree.size();
  EXPECT_GT(tree.resident_pages(), 0U);
}

TEST(ProcessTree, KeepsAnOrphan) {
  const Child child([] {
    const int middle = ::fork();
    if (middle == 0) {
      if (::fork() == 0) pause_until_killed();  // its parent ends at once: init or a subreaper adopts it
      ::_exit(0);
    }
    ::waitpid(middle, nullptr, 0);
    pause_until_killed();
  });
  auto tree = open_tree(child.pid());
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(soon(tree, [&] { return tree.size() == 2; })) << "the command and the orphan, " << tree.size();
  ASSERT_TRUE(tree.refresh(Look::members));
  EXPECT_EQ(tree.size(), 2U) << "it stays a member without being looked for again";
}

TEST(ProcessTree, CountsWhatEndedChildrenUsed) {
  const Child child([] {
    for (int i = 0; i < 3; ++i) {
      const int worker = ::fork();
      if (worker == 0) {
        burn(0.2);
        ::_exit(0);
      }
      ::waitpid(worker, nullptr, 0);
    }
    pause_until_killed();
  });
  auto tree = open_tree(child.pid());
  const auto expected = static_cast<std::uint64_t>(0.6 * static_cast<double>(::sysconf(_SC_CLK_TCK)));
  EXPECT_TRUE(soon(tree, [&] { return tree.used_ticks() + 6 >= expected; })) << tree.used_ticks();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(tree.refresh(Look::members));
  EXPECT_LE(tree.used_ticks(), expected + 20) << "nothing is counted twice";
}

TEST(ProcessTree, TheUseNeverFallsWhenAnOrphanEnds) {
  const Child child([] {
    if (::fork() == 0) {
      if (::fork() == 0) {
        burn(0.3);
        ::_exit(0);
      }
      ::_exit(0);
    }
    pause_until_killed();
  });
  auto tree = open_tree(child.pid());
  std::uint64_t before = 0;
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(tree.refresh(Look::everything));
    EXPECT_GE(tree.used_ticks(), before);
    before = tree.used_ticks();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_LE(before, 60U);
}

TEST(ProcessTree, EndsWithItsLastMember) {
  int pid = 0;
  {
    const Child child([] { pause_until_killed(); });
    pid = child.pid();
    auto tree = open_tree(pid);
    EXPECT_TRUE(tree.refresh(Look::members));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    EXPECT_EQ(tree.refresh(Look::members).error().kind, ErrorKind::gone);
    EXPECT_EQ(tree.resident_pages(), 0U);
  }
  auto environment = real_environment();
  environment.pid = pid;
  EXPECT_EQ(ProcessTree::open(environment).error().kind, ErrorKind::unavailable);
  environment.pid = 0;
  EXPECT_EQ(sensor_type("process_tree").open(environment).error().kind, ErrorKind::unavailable);
}

TEST(ProcessTree, TheSensorTellsItsShareOfTheMachine) {
  const Child child([] { burn(30); });
  Fake fake;
  fake.environment.roots = Roots{};
  fake.environment.pid = child.pid();
  const auto sensor = sensor_type("process_tree").open(fake.environment).value();
  EXPECT_DOUBLE_EQ(gauge(*sensor, "process_cpu"), 0);
  EXPECT_GT(gauge(*sensor, "process_memory"), 1e5);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  fake.clock.advance(Seconds{1});
  const double share = gauge(*sensor, "process_cpu");
  EXPECT_GT(share, 0);
  EXPECT_LE(share, 1);
}

/// A synthetic /proc with process 42 and, if requested, its child 43.
class FakeProcesses : public ::testing::Test {
 protected:
  FakeProcesses() { set(42, 0, 10); }
  void set(int pid, long ticks, long pages) {
    const auto folder = fmt::format("{}/", pid);
    tree_.write(folder + "stat",
                fmt::format("{} (train) S {} 42 42 0 -1 0 0 0 0 0 {} 0 0 0 20 0 1 0 {} 0 {} 0\n", pid,
                            pid == 42 ? 1 : 42, ticks, 1000 + pid, pages));
    const auto children = fmt::format("{}task/{}/children", folder, pid);
    if (pid == 42 && !std::filesystem::exists(tree_.path() / children)) tree_.write(children, "");
  }
  void give_birth() {
    set(43, 0, 5);
    tree_.write("42/task/42/children", "43 ");
  }
  std::unique_ptr<Sensor> open(const Clock& clock) {
    auto environment = real_environment();
    environment.roots.proc = tree_.path();
    environment.clock = &clock;
    environment.pid = 42;
    return sensor_type("process_tree").open(environment).value();
  }
  static double pages(Sensor& sensor) {
    return gauge(sensor, "process_memory") / static_cast<double>(::sysconf(_SC_PAGESIZE));
  }
  testing::TemporaryDirectory tree_;
};

TEST_F(FakeProcesses, AChildIsFoundWithinASecond) {
  FakeClock clock;
  const auto sensor = open(clock);
  EXPECT_EQ(pages(*sensor), 10);
  give_birth();
  clock.advance(Seconds{1});
  EXPECT_EQ(pages(*sensor), 15);
}

/// A clock on which every call takes long.
class SlowClock : public FakeClock {
 public:
  [[nodiscard]] SteadyTime steady() const override {
    late_ += Seconds{0.004};
    return FakeClock::steady() + late_;
  }

 private:
  mutable Seconds late_{0};
};

TEST_F(FakeProcesses, LooksForChildrenThatTakeLongAreRare) {
  SlowClock clock;
  const auto sensor = open(clock);
  clock.advance(Seconds{1});
  EXPECT_EQ(pages(*sensor), 10);  // this look for children took 4 ms, so the next one is due a minute later
  give_birth();
  clock.advance(Seconds{2});
  EXPECT_EQ(pages(*sensor), 10);
  clock.advance(Seconds{60});
  EXPECT_EQ(pages(*sensor), 15);
}

TEST_F(FakeProcesses, WhatAMemberFoundLateHasUsedIsToldInFull) {
  FakeClock clock;
  const auto sensor = open(clock);
  // Three seconds of the whole machine, seen in one reading.
  set(42, 3 * ::sysconf(_SC_CLK_TCK) * ::sysconf(_SC_NPROCESSORS_ONLN), 10);
  double sum = 0;
  for (int i = 0; i < 5; ++i) {
    clock.advance(Seconds{1});
    const double share = gauge(*sensor, "process_cpu");
    EXPECT_LE(share, 1);
    sum += share;
  }
  EXPECT_NEAR(sum, 3, 1e-9);
}

}  // namespace
}  // namespace joulecast::sensors
