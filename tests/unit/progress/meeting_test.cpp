#include "progress/meeting.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "support/sanitized.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::progress {
namespace {

trace::Job job_of(const char* id, const char* step = "0") {
  trace::Job job;
  job.scheduler = "slurm";
  job.launcher = "srun";
  job.id = id;
  job.step = step;
  job.local_rank = 0;
  return job;
}

/// What another process answers; it leaves without giving anything back.
int in_other_process(const std::function<int()>& answer) {
  const auto child = ::fork();
  if (child == 0) ::_exit(answer());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Meeting, IsForOneProcessOfALaunch) {
  const testing::TemporaryDirectory folder;
  auto ours = Meeting::of(job_of("1"), folder.path()).value();
  EXPECT_FALSE(ours.look());
  ASSERT_TRUE(ours.take("/tmp/socket-a"));
  const auto other = [&](const trace::Job& job) {
    return in_other_process([&] {
      auto meeting = Meeting::of(job, folder.path()).value();
      const auto found = meeting.look();
      if (found && *found == "/tmp/socket-a") return meeting.take("/tmp/b") ? 3 : 1;
      return meeting.take("/tmp/b") ? 2 : 4;
    });
  };
  EXPECT_EQ(other(job_of("1")), 1);
  EXPECT_EQ(other(job_of("2")), 2);
  EXPECT_EQ(other(job_of("1", "1")), 2);
  ours.give_back();
  EXPECT_EQ(other(job_of("1")), 2);
}

TEST(Meeting, IsForOneObjectOfAProcess) {
  const testing::TemporaryDirectory folder;
  auto first = Meeting::of(job_of("1"), folder.path()).value();
  auto second = Meeting::of(job_of("1"), folder.path()).value();
  auto within = Meeting::of(job_of("1"), folder.path(), "1").value();
  ASSERT_TRUE(first.take("/tmp/a"));
  EXPECT_FALSE(second.take("/tmp/b"));
  EXPECT_FALSE(second.look());  // it would give the first one's lock back
  EXPECT_TRUE(within.take("/tmp/c"));
  EXPECT_EQ(in_other_process([&] { return second.take("/tmp/d") ? 1 : 0; }), 0);
}

TEST(Meeting, RemovesTheFilesOfRanksThatWereKilledAndNoOthers) {
  const testing::TemporaryDirectory folder;
  const auto shared = SocketFile::shared_folder(folder.path()).value();
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(shared), std::filesystem::directory_iterator());
  };
  EXPECT_EQ(in_other_process([&] {
              auto dead = Meeting::of(job_of("9"), folder.path()).value();
              if (!dead.take("/tmp/a")) return 1;
              ::_exit(0);  // as one that is killed: nothing is removed
            }),
            0);
  EXPECT_EQ(files(), 1);
  auto ours = Meeting::of(job_of("1"), folder.path()).value();
  ASSERT_TRUE(ours.take("/tmp/b"));
  EXPECT_EQ(files(), 1) << "its own";
  const auto other = in_other_process([&] {
    auto living = Meeting::of(job_of("2"), folder.path()).value();
    return living.take("/tmp/c") && ours.look() ? 0 : 1;
  });
  EXPECT_EQ(other, 0) << "a lock that is held is let alone";
}

/// A run of no job leaves nothing of others behind either.
TEST(Meeting, AnyListenerRemovesTheFilesOfRanksThatWereKilled) {
  const testing::TemporaryDirectory folder;
  const auto shared = SocketFile::shared_folder(folder.path()).value();
  std::ofstream(shared / "rank-0123456789abcdef") << "/tmp/a\n";
  const auto server = listen_for({}, folder.path());
  ASSERT_TRUE(server);
  EXPECT_FALSE(std::filesystem::exists(shared / "rank-0123456789abcdef"));
}

/// A training forks, and its children outlive a parent that is killed.
TEST(Meeting, IsNotKeptByChildrenOfAKilledProcess) {
  const testing::TemporaryDirectory folder;
  int grandchild[2];
  ASSERT_EQ(::pipe(grandchild), 0);
  const auto child = ::fork();
  if (child == 0) {
    auto meeting = Meeting::of(job_of("1"), folder.path()).value();
    const bool taken = meeting.take("/tmp/a");
    const auto pid = ::fork();
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
    const pid_t told = taken ? pid : -1;
    (void)!::write(grandchild[1], &told, sizeof told);
    ::pause();
  }
  pid_t left = 0;
  ASSERT_EQ(::read(grandchild[0], &left, sizeof left), static_cast<ssize_t>(sizeof left));
  ASSERT_GT(left, 0);
  auto ours = Meeting::of(job_of("1"), folder.path()).value();
  EXPECT_FALSE(ours.take("/tmp/b"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(ours.look());
  EXPECT_TRUE(ours.take("/tmp/b"));
  ::kill(left, SIGKILL);
}

/// A thread that the child does not have may hold what the child needs.
TEST(Meeting, DoesNotHoldUpAChildForkedMeanwhile) {
  if (testing::address_sanitized)
    GTEST_SKIP() << "the sanitizer's allocator keeps its locks over a fork, and its child waits for them";
  const testing::TemporaryDirectory folder;
  const auto shared = SocketFile::shared_folder(folder.path()).value();
  for (int i = 0; i < 2000; ++i)
    std::ofstream(shared / fmt::format("other-{}", i));  // so that a look takes long
  std::atomic<bool> over = false;
  std::thread beside([&] {
    while (!over) (void)listen_for({}, folder.path());
  });
  int ended = 0;
  constexpr int children = 20;
  for (int i = 0; i < children; ++i)
    ended += in_other_process([&] {
      ::alarm(10);  // ends who waits for ever
      return listen_for({}, folder.path()) ? 1 : 0;
    });
  over = true;
  beside.join();
  EXPECT_EQ(ended, children);
}

TEST(Meeting, LeavesNoFileBehind) {
  const testing::TemporaryDirectory folder;
  const auto shared = folder.path() / fmt::format("joulecast-{}", ::geteuid());
  {
    auto meeting = Meeting::of(job_of("1"), folder.path()).value();
    ASSERT_TRUE(meeting.take("/tmp/a"));
    EXPECT_FALSE(std::filesystem::is_empty(shared));
    // A copy of it in a forked child is nobody's.
    EXPECT_EQ(in_other_process([&] {
                { const auto copy = std::move(meeting); }
                return std::filesystem::is_empty(shared) ? 1 : 0;
              }),
              0);
  }
  EXPECT_TRUE(std::filesystem::is_empty(shared));
}

TEST(Meeting, RefusesAFolderThatIsNotOursAlone) {
  const testing::TemporaryDirectory folder;
  const auto shared = folder.path() / fmt::format("joulecast-{}", ::geteuid());
  ASSERT_EQ(::mkdir(shared.c_str(), 0777), 0);
  ASSERT_EQ(::chmod(shared.c_str(), 0777), 0);
  const auto meeting = Meeting::of(job_of("1"), folder.path());
  ASSERT_FALSE(meeting);
  EXPECT_EQ(meeting.error().kind, ErrorKind::denied);
}

TEST(Meeting, FollowsNoLink) {
  const testing::TemporaryDirectory folder;
  std::filesystem::path file;
  {
    auto meeting = Meeting::of(job_of("1"), folder.path()).value();
    ASSERT_TRUE(meeting.take("/tmp/a"));
    file =
        std::filesystem::directory_iterator(folder.path() / fmt::format("joulecast-{}", ::geteuid()))->path();
  }
  const auto victim = folder.path() / "victim";
  std::ofstream(victim) << "precious";
  std::filesystem::create_symlink(victim, file);
  auto meeting = Meeting::of(job_of("1"), folder.path()).value();
  EXPECT_FALSE(meeting.take("/tmp/a"));
  EXPECT_EQ(std::filesystem::file_size(victim), 8U);
}

}  // namespace
}  // namespace joulecast::progress
