// Another copy of SQLite in this process, as Python's own module beside a wheel's.
#include "store/sqlite/own_locks.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "store/sqlite/database.hpp"
#include "support/sanitized.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/plain_sqlite.hpp"

namespace joulecast::store::sqlite {
namespace {

constexpr Seconds no_waiting{0};

/// In a name space of its own, as RTLD_LOCAL gives it to an extension module's libraries.
class OtherCopy {
 public:
  OtherCopy() : library_(::dlmopen(LM_ID_NEWLM, "libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL)) {}

  [[nodiscard]] bool is_there() const { return library_ != nullptr; }
  [[nodiscard]] sqlite3* open(const std::string& path) const {
    sqlite3* handle = nullptr;
    (void)function<decltype(sqlite3_open)>("sqlite3_open")(path.c_str(), &handle);
    return handle;
  }
  int run(sqlite3* handle, const char* sql) const {
    return function<decltype(sqlite3_exec)>("sqlite3_exec")(handle, sql, nullptr, nullptr, nullptr);
  }
  void close(sqlite3* handle) const { (void)function<decltype(sqlite3_close)>("sqlite3_close")(handle); }
  void read(const std::string& path) const {
    auto* const handle = open(path);
    EXPECT_EQ(run(handle, "SELECT count(*) FROM t"), SQLITE_OK);
    close(handle);
  }

 private:
  template <class Function>
  [[nodiscard]] Function* function(const char* name) const {
    return reinterpret_cast<Function*>(::dlsym(library_, name));
  }
  void* library_;
};

class OwnLocks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::sanitized) GTEST_SKIP() << "the sanitizers know no second name space of libraries";
    if (!other_.is_there()) GTEST_SKIP() << "SQLite cannot be loaded a second time: " << ::dlerror();
    folder_.write("runs.db", "");
  }

  [[nodiscard]] std::string path() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] std::string log() const { return path() + "-wal"; }
  [[nodiscard]] Database store() const {
    auto database = std::move(Database::open(path(), FileMode::read_write, no_waiting).value());
    EXPECT_TRUE(database.script("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (n)"));
    database.keep_log_from_copies();
    return database;
  }
  /// 0 = there is none
  [[nodiscard]] static ino_t inode(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
  }
  /// In another process.
  [[nodiscard]] bool somebody_else_can(const char* sql) const {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(run_plainly(path(), sql) == SQLITE_OK ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0;
  }

  testing::TemporaryDirectory folder_;
  OtherCopy other_;
};

TEST_F(OwnLocks, ACopyThatReadsAndClosesLeavesTheLog) {
  auto database = store();
  const auto before = inode(log());
  ASSERT_NE(before, 0);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(database.run("INSERT INTO t VALUES (1)"));
    other_.read(path());
    ASSERT_EQ(inode(log()), before);
  }
  database.close();
  auto again = store();
  EXPECT_EQ(again.integer("SELECT count(*) FROM t").value(), 20);
}

TEST_F(OwnLocks, ACopyTakesNoLockAway) {
  auto database = store();
  Transaction transaction(database);
  transaction.run("INSERT INTO t VALUES (1)");
  auto* const handle = other_.open(path());
  EXPECT_EQ(other_.run(handle, "SELECT count(*) FROM t"), SQLITE_OK);
  EXPECT_EQ(other_.run(handle, "INSERT INTO t VALUES (2)"), SQLITE_BUSY) << "in the midst of a transaction";
  other_.close(handle);
  EXPECT_FALSE(somebody_else_can("INSERT INTO t VALUES (3)"));
  EXPECT_TRUE(transaction.commit());
  EXPECT_FALSE(somebody_else_can("PRAGMA journal_mode = DELETE")) << "although the store is open";
  EXPECT_TRUE(somebody_else_can("INSERT INTO t VALUES (4)"));
}

TEST_F(OwnLocks, ATransactionOfACopyIsWaitedFor) {
  auto database = store();
  auto* const handle = other_.open(path());
  ASSERT_EQ(other_.run(handle, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)"), SQLITE_OK);
  EXPECT_FALSE(database.run("INSERT INTO t VALUES (2)"));
  ASSERT_EQ(other_.run(handle, "COMMIT"), SQLITE_OK);
  EXPECT_TRUE(database.run("INSERT INTO t VALUES (3)"));
  other_.close(handle);
  EXPECT_EQ(database.integer("SELECT sum(n) FROM t").value(), 4);
}

TEST_F(OwnLocks, TheLastConnectionStillMergesItsLog) {
  {
    auto one = store();
    auto another = store();
    ASSERT_TRUE(one.run("INSERT INTO t VALUES (1)"));
    one.close();
    EXPECT_NE(inode(log()), 0);
    EXPECT_FALSE(somebody_else_can("PRAGMA journal_mode = DELETE")) << "one of two is still open";
  }
  EXPECT_EQ(inode(log()), 0);
}

TEST_F(OwnLocks, AForkedChildKeepsNothingLocked) {
  std::array<int, 2> over{};
  ASSERT_EQ(::pipe(over.data()), 0);
  pid_t child = 0;
  {
    auto database = store();
    Transaction transaction(database);
    transaction.run("INSERT INTO t VALUES (1)");
    child = ::fork();
    if (child == 0) {
      char byte = 0;
      ::close(over[1]);
      (void)!::read(over[0], &byte, 1);
      ::_exit(0);
    }
    EXPECT_TRUE(transaction.commit());
    EXPECT_FALSE(somebody_else_can("PRAGMA journal_mode = DELETE")) << "the parent still has it open";
  }
  EXPECT_EQ(run_plainly(path(), "INSERT INTO t VALUES (2); PRAGMA journal_mode = DELETE"), SQLITE_OK);
  ::close(over[1]);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace joulecast::store::sqlite
