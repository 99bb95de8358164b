#include "store/liveness.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

namespace joulecast::store {
namespace {

class LivenessTest : public ::testing::Test {
 protected:
  LivenessTest() {
    folder_.write("sys/kernel/random/boot_id", "this-boot\n");
    folder_.write("etc/machine-id", "this-machine\n");
    put_process(42, "S", 1000);
    std::filesystem::create_directories(folder_.path() / "self/ns");
    std::filesystem::create_symlink("pid:[7]", folder_.path() / "self/ns/pid");
    ::gethostname(hostname_, sizeof hostname_ - 1);
  }
  void put_process(int pid, const std::string& state, int start) {
    folder_.write(std::to_string(pid) + "/stat", std::to_string(pid) + " (a name) with (brackets)) " + state +
                                                     " 1 1 1 0 -1 4194304 100 0 0 0 5 3 0 0 20 0 4 0 " +
                                                     std::to_string(start) + " 1000000 200");
  }
  [[nodiscard]] Owner owner() const { return {hostname_, "this-boot", "pid:[7]", 42, 1000, "this-machine"}; }
  [[nodiscard]] Liveness seen(const Owner& owner, double seconds = 0) const {
    return liveness_of(owner, Seconds{seconds}, {.proc = folder_.path(), .etc = folder_.path() / "etc"});
  }
  testing::TemporaryDirectory folder_;
  char hostname_[256] = {};
};

TEST_F(LivenessTest, AProcessThatWeSeeIsJudgedByLooking) {
  EXPECT_EQ(seen(owner(), 1e6), Liveness::alive);
  auto ended = owner();
  ended.pid = 43;
  EXPECT_EQ(seen(ended), Liveness::dead);
}

TEST_F(LivenessTest, AReusedNumberIsAnotherProcess) {
  put_process(42, "S", 2000);
  EXPECT_EQ(seen(owner()), Liveness::dead);
}

TEST_F(LivenessTest, AZombieIsDead) {
  put_process(42, "Z", 1000);
  EXPECT_EQ(seen(owner()), Liveness::dead);
}

TEST_F(LivenessTest, AfterARebootNothingLives) {
  auto before = owner();
  before.boot_id = "last-boot";
  EXPECT_EQ(seen(before), Liveness::dead);
}

// The heartbeat was written by the same kernel and clock, but process numbers of another container mean
// nothing here.
TEST_F(LivenessTest, AnotherContainerOfThisMachineIsJudgedByItsHeartbeat) {
  auto container = owner();
  container.pid_namespace = "pid:[8]";
  EXPECT_EQ(seen(container, 30), Liveness::alive);
  EXPECT_EQ(seen(container, 600), Liveness::dead);
}

TEST_F(LivenessTest, AnotherMachineIsNeverDeadToUs) {
  auto machine = owner();
  machine.boot_id = "other";
  machine.hostname = "elsewhere";
  machine.machine_id = "other-machine";
  EXPECT_EQ(seen(machine, 30), Liveness::alive);
  EXPECT_EQ(seen(machine, 1e7), Liveness::silent);
  // Our own /proc has a process with this number, but it is another process.
  put_process(42, "Z", 1000);
  EXPECT_EQ(seen(machine, 30), Liveness::alive);
}

TEST_F(LivenessTest, AMachineOfTheSameNameIsNotThisOne) {
  auto namesake = owner();
  namesake.boot_id = "other";
  namesake.machine_id = "other-machine";
  EXPECT_EQ(seen(namesake, 30), Liveness::alive);
  EXPECT_EQ(seen(namesake, 600), Liveness::silent);
}

// Runs from versions that identified machines only by name.
TEST_F(LivenessTest, WithoutAMachineIdTheNameAndTheHeartbeatDecide) {
  auto old = owner();
  old.boot_id = "last-boot";
  old.machine_id.clear();
  EXPECT_EQ(seen(old, 30), Liveness::alive);
  EXPECT_EQ(seen(old, 600), Liveness::dead);
  old.hostname = "elsewhere";
  EXPECT_EQ(seen(old, 600), Liveness::silent);
}

TEST_F(LivenessTest, WeLive) {
  const auto self = current_owner({});
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_GT(self.start_ticks, 0u);
  EXPECT_EQ(liveness_of(self, Seconds{0}, {}), Liveness::alive);
}

}  // namespace
}  // namespace joulecast::store
