#include "store/liveness.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/temporary_directory.hpp"

namespace joulecast::store {
namespace {

class Liveness : public ::testing::Test {
 protected:
  Liveness() {
    folder_.write("sys/kernel/random/boot_id", "this-boot\n");
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
  [[nodiscard]] Owner owner() const { return {hostname_, "this-boot", "pid:[7]", 42, 1000}; }
  [[nodiscard]] bool alive(const Owner& owner, double seconds = 0) const {
    return is_alive(owner, Seconds{seconds}, {.proc = folder_.path()});
  }
  testing::TemporaryDirectory folder_;
  char hostname_[256] = {};
};

TEST_F(Liveness, AProcessThatWeSeeIsJudgedByLooking) {
  EXPECT_TRUE(alive(owner(), 1e6));
  auto ended = owner();
  ended.pid = 43;
  EXPECT_FALSE(alive(ended));
}

TEST_F(Liveness, AReusedNumberIsAnotherProcess) {
  put_process(42, "S", 2000);
  EXPECT_FALSE(alive(owner()));
}

TEST_F(Liveness, AZombieIsDead) {
  put_process(42, "Z", 1000);
  EXPECT_FALSE(alive(owner()));
}

TEST_F(Liveness, AfterARebootNothingLives) {
  auto before = owner();
  before.boot_id = "last-boot";
  EXPECT_FALSE(alive(before));
}

TEST_F(Liveness, AnotherContainerOrMachineIsJudgedByItsHeartbeat) {
  auto container = owner();
  container.pid_namespace = "pid:[8]";
  auto machine = owner();
  machine.boot_id = "other";
  machine.hostname = "elsewhere";
  for (const auto& other : {container, machine}) {
    EXPECT_TRUE(alive(other, 30));
    EXPECT_FALSE(alive(other, 600));
  }
}

TEST_F(Liveness, WeLive) {
  const auto self = current_owner({});
  EXPECT_EQ(self.pid, ::getpid());
  EXPECT_GT(self.start_ticks, 0u);
  EXPECT_TRUE(is_alive(self, Seconds{0}, {}));
}

}  // namespace
}  // namespace joulecast::store
