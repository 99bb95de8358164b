#include "base/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <csignal>

#include "base/thread.hpp"
#include "base/wake_up.hpp"

namespace joulecast {
namespace {

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

bool is_readable(int number) {
  pollfd waiting{number, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

TEST(Descriptor, ClosesWhatItOwnsOnce) {
  auto pipe = make_pipe().value();
  const int number = pipe.read_end.get();
  Descriptor other = std::move(pipe.read_end);
  EXPECT_FALSE(pipe.read_end);
  EXPECT_TRUE(is_open(number));
  EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0) << "no child inherits it";
  other.reset();
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, APipeIsNeverTakenForAStandardStream) {
  const pid_t child = ::fork();  // the standard streams are closed there
  if (child == 0) {
    for (const int stream : {0, 1, 2}) ::close(stream);
    const auto pipe = make_pipe();
    ::_exit(pipe && pipe->read_end.get() > 2 && pipe->write_end.get() > 2 && !is_open(0) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(WakeUp, IsReadableFromSetToClear) {
  const auto wake_up = WakeUp::create().value();
  EXPECT_FALSE(is_readable(wake_up.descriptor()));
  wake_up.set();
  wake_up.set();
  EXPECT_TRUE(is_readable(wake_up.descriptor()));
  wake_up.clear();
  EXPECT_FALSE(is_readable(wake_up.descriptor()));
  wake_up.clear();  // does not wait
}

TEST(Thread, TakesNoSignalsAndLeavesTheCallersAlone) {
  sigset_t before, inside, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  start_thread([&inside] { ::pthread_sigmask(SIG_SETMASK, nullptr, &inside); }).value().join();
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGHUP, SIGPIPE, SIGPROF}) {
    EXPECT_EQ(sigismember(&inside, number), 1) << number;
    EXPECT_EQ(sigismember(&before, number), sigismember(&after, number)) << number;
  }
  EXPECT_EQ(sigismember(&inside, SIGSEGV), 0) << "a fault is not to be waited for";
}

}  // namespace
}  // namespace joulecast
