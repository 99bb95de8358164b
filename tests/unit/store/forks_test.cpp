// A process that forks while another thread is in SQLite, and a child that opens a store which its parent has
// open, too.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/plain_sqlite.hpp"

namespace joulecast::store::sqlite {
namespace {

constexpr Seconds no_waiting{0};

Database opened(const std::filesystem::path& path) {
  auto database = Database::open(path, FileMode::create, no_waiting);
  if (!database) throw std::runtime_error(to_string(database.error()));
  if (const auto made = database->script("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (x)");
      !made)
    throw std::runtime_error(to_string(made.error()));
  return std::move(*database);
}

/// The child's exit status; -2 if a signal ended it; -1 if it had to be killed because it hung.
int ended(pid_t child) {
  int status = 0;
  for (int i = 0; i < 3000; ++i) {
    if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return -1;
}

TEST(Forks, AChildUsesSqliteHoweverItsParentDid) {
  const testing::TemporaryDirectory folder;
  std::atomic<bool> over = false;
  std::thread busy([&] {
    while (!over) (void)opened(folder.path() / "parent.db").run("INSERT INTO t VALUES (1)");
  });
  // From the first moment on, in which the other thread prepares SQLite.
  int hung = 0, refused = 0;
  for (int i = 0; i < 200; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto database = Database::open(folder.path() / "child.db", FileMode::create, no_waiting);
      ::_exit(database ? 0 : 1);
    }
    const int status = ended(child);
    hung += status < 0 ? 1 : 0;
    refused += status > 0 ? 1 : 0;
  }
  over = true;
  busy.join();
  EXPECT_EQ(hung, 0);
  // Where the other thread gets no processor for longer than a fork waits.
  EXPECT_LE(refused, 10);
}

/// Locks are a process's own, and SQLite's notes about them are inherited: a child that trusted them would
/// hold none.
TEST(Forks, AChildHoldsLocksOfItsOwn) {
  const testing::TemporaryDirectory folder;
  const auto path = folder.path() / "runs.db";
  std::array<int, 2> opened_there{}, over{};
  ASSERT_EQ(::pipe(opened_there.data()), 0);
  ASSERT_EQ(::pipe(over.data()), 0);
  pid_t child = 0;
  {
    auto database = opened(path);
    ASSERT_TRUE(database.run("BEGIN IMMEDIATE"));
    child = ::fork();
    if (child == 0) {
      auto theirs = Database::open(path, FileMode::read_write, no_waiting);
      char byte = theirs && theirs->integer("SELECT count(*) FROM t") ? 'y' : 'n';
      if (theirs && theirs->run("BEGIN IMMEDIATE")) byte = 'w';  // the parent writes
      (void)!::write(opened_there[1], &byte, 1);
      ::close(over[1]);
      (void)!::read(over[0], &byte, 1);  // until the parent closes it
      ::_exit(0);
    }
    ::close(over[0]);
    char byte = 0;
    ASSERT_EQ(::read(opened_there[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'y');
    ASSERT_TRUE(database.run("COMMIT"));
  }
  EXPECT_NE(run_plainly(path, "PRAGMA journal_mode = DELETE"), SQLITE_OK)
      << "although the child has the store open";
  ::close(over[1]);
  EXPECT_EQ(ended(child), 0);
  EXPECT_EQ(run_plainly(path, "PRAGMA journal_mode = DELETE"), SQLITE_OK);
}

}  // namespace
}  // namespace joulecast::store::sqlite
