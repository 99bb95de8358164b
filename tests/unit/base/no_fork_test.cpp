#include "base/no_fork.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace joulecast {
namespace {

using namespace std::chrono_literals;

int in_child(const std::function<int()>& answer) {
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(10);
    ::_exit(answer());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Another thread, which lets nobody fork for a time.
class Holder {
 public:
  explicit Holder(std::chrono::milliseconds time)
      : thread_([this, time] {
          const NoFork no_fork;
          holds = true;
          std::this_thread::sleep_for(time);
          has_held = true;
        }) {
    while (!holds) std::this_thread::yield();
  }
  ~Holder() { thread_.join(); }

  std::atomic<bool> holds = false, has_held = false;

 private:
  std::thread thread_;
};

TEST(NoFork, LetsAForkWait) {
  const Holder holder(50ms);
  EXPECT_EQ(in_child([&] { return holder.has_held ? 1 : 0; }), 1);
}

TEST(NoFork, LetsNoForkWaitForEver) {
  const Holder holder(800ms);
  const auto answer = in_child([&] {
    const NoFork again;  // its holder is not in this process
    return holder.has_held ? 2 : 1;
  });
  EXPECT_EQ(answer, 1);
}

}  // namespace
}  // namespace joulecast
