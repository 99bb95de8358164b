#include "run/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <string>

#include "run/orphans.hpp"
#include "support/sanitized.hpp"
#include "unit/run/support.hpp"

namespace joulecast::run {
namespace {

std::string everything_from(const Descriptor& descriptor) {
  std::string text;
  std::array<char, 4096> bytes{};
  for (ssize_t got = 0; (got = ::read(descriptor.get(), bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(got));
  return text;
}

/// Whether this process has a child that can be waited for.
bool has_any_child() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

TEST(Child, EndsAsTheCommandEnds) {
  const SignalGuard signals;
  for (const auto& [script, status] : {std::pair{"exit 0", 0}, {"exit 7", 7}, {"kill -9 $$", 137}}) {
    auto child = Child::prepare(shell(script), signals).value();
    ASSERT_TRUE(child.release());
    EXPECT_EQ(end_of(child), status) << script;
    EXPECT_EQ(child.reap(), std::nullopt) << "once";
  }
}

TEST(Child, WhatCannotBeStartedSaysWhy) {
  const SignalGuard signals;
  auto missing = Child::prepare({{"no-such-command-here"}, {}, true}, signals).value();
  EXPECT_EQ(missing.release().error().kind, ErrorKind::unavailable);
  auto forbidden = Child::prepare({{"/etc/passwd"}, {}, true}, signals).value();
  EXPECT_EQ(forbidden.release().error().kind, ErrorKind::denied);
  EXPECT_EQ(Child::prepare({}, signals).error().kind, ErrorKind::invalid);
  EXPECT_FALSE(has_any_child());
}

TEST(Child, OneThatIsNeverReleasedNeverRuns) {
  const SignalGuard signals;
  const int before = open_descriptors();
  { const auto child = Child::prepare(shell("exit 0"), signals).value(); }
  EXPECT_FALSE(has_any_child());
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Child, GetsVariablesThatWeDoNot) {
  const SignalGuard signals;
  ::setenv("JOULECAST_TEST_TOLD", "ours", 1);
  auto options = shell("echo $JOULECAST_TEST_TOLD $JOULECAST_TEST_KEPT");
  options.environment = {{"JOULECAST_TEST_TOLD", "the child's"}};
  ::setenv("JOULECAST_TEST_KEPT", "kept", 1);
  auto child = Child::prepare(options, signals).value();
  const auto streams = child.take_streams();
  ASSERT_TRUE(child.release());
  EXPECT_EQ(end_of(child), 0);
  EXPECT_STREQ(::getenv("JOULECAST_TEST_TOLD"), "ours");
  ASSERT_TRUE(streams.out);
  EXPECT_EQ(everything_from(streams.out),
            streams.out_is_terminal ? "the child's kept\r\n" : "the child's kept\n");
}

TEST(Child, LeavesTheOtherChildrenOfThisProcessAlone) {
  const SignalGuard signals;
  const pid_t other = ::fork();
  if (other == 0) ::_exit(42);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(other), &info, WEXITED | WNOWAIT), 0);
  auto child = Child::prepare(shell("exit 3"), signals).value();
  ASSERT_TRUE(child.release());
  EXPECT_EQ(end_of(child), 3);
  int status = 0;
  ASSERT_EQ(::waitpid(other, &status, 0), other) << "its status was stolen";
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(Child, ALostStatusIsNotWaitedForForEver) {
  const SignalGuard signals;
  auto child = Child::prepare(shell("exit 0"), signals).value();
  ASSERT_TRUE(child.release());
  ASSERT_EQ(::waitpid(child.pid(), nullptr, 0), child.pid());  // as a careless host would
  EXPECT_EQ(child.reap(), exit_unknown);
}

TEST(Child, WithTooFewDescriptorsNothingLeaks) {
  if (testing::address_sanitized)
    GTEST_SKIP()
        << "the sanitizer opens a pipe to check an object's type, and would call every object invalid";
  const SignalGuard signals;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const int before = open_descriptors();
  const int next = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get();
  int failed = 0;
  for (int more = 0; more < 10; ++more) {
    const rlimit few{static_cast<rlim_t>(next + more), limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const auto child = Child::prepare(shell("exit 0"), signals);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    failed += child ? 0 : 1;
    if (child) continue;
    EXPECT_EQ(child.error().kind, ErrorKind::retry) << to_string(child.error());
    EXPECT_EQ(open_descriptors(), before) << more << " more";
  }
  EXPECT_GE(failed, 4);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(OrphanKeeper, ReapsWhatTheCommandLeftBehindAndNotTheCommand) {
  const SignalGuard signals;
  int subreaper = 0;
  {
    const OrphanKeeper orphans;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
    EXPECT_EQ(subreaper, 1);
    auto child = Child::prepare(shell("(sleep 0.2 & sleep 0.1 &) ; exit 5"), signals).value();
    ASSERT_TRUE(child.release());
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
    orphans.reap(child.pid());
    EXPECT_EQ(child.reap(), 5);
    while (has_any_child()) {
      orphans.reap(child.pid());
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper, 0, 0, 0);
  EXPECT_EQ(subreaper, 0) << "no longer than it must";
}

}  // namespace
}  // namespace joulecast::run
