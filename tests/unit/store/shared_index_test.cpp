// The index of a store's log (runs.db-shm), which another program empties while it is mapped.
#include "store/sqlite/shared_index.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::store::sqlite {
namespace {

constexpr Seconds no_waiting{0};

class SharedIndex : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] Database open() const {
    return std::move(Database::open(path(), FileMode::create, no_waiting).value());
  }
  [[nodiscard]] Database with_rows() const {
    auto database = open();
    EXPECT_TRUE(
        database.script("PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1), (2)"));
    return database;
  }
  void empty_index() const { ASSERT_EQ(::truncate((path() + "-shm").c_str(), 0), 0); }
  [[nodiscard]] static std::optional<std::int64_t> count(Database& database) {
    return database.integer("SELECT count(*) FROM t").value_or(std::nullopt);
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(SharedIndex, NothingCountsUntilAllConnectionsAreClosed) {
  auto one = with_rows();
  auto other = open();
  EXPECT_EQ(count(other), 2);
  empty_index();
  const auto failed = one.integer("SELECT count(*) FROM t");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::retry);
  EXPECT_EQ(failed.error().where, path() + "-shm");
  EXPECT_TRUE(is_index_lost());
  EXPECT_FALSE(other.run("INSERT INTO t VALUES (3)"));
  one.close();
  EXPECT_TRUE(is_index_lost());
  other.close();
  EXPECT_FALSE(is_index_lost());

  auto again = open();
  EXPECT_EQ(count(again), 2);
  EXPECT_TRUE(again.run("INSERT INTO t VALUES (3)"));
  EXPECT_EQ(count(again), 3);
  EXPECT_TRUE(again.run("PRAGMA integrity_check"));
}

TEST_F(SharedIndex, ATransactionThatBeganBeforeIsWholeOrNotThere) {
  auto database = with_rows();
  bool committed = false;
  {
    Transaction transaction(database);
    transaction.run("INSERT INTO t VALUES (3)");
    ASSERT_TRUE(transaction.ok());
    empty_index();
    transaction.run("INSERT INTO t SELECT n FROM t");  // may need the index, or leave that to the commit
    committed = transaction.commit().has_value();
  }
  database.close();
  auto again = open();
  EXPECT_EQ(count(again), committed ? 6 : 2);
}

TEST_F(SharedIndex, OtherFaultsEndTheProcess) {
  guard_shared_index();
  const auto file_name = (folder_.path() / "other").string();
  EXPECT_DEATH(
      {
        constexpr std::size_t size = 4096;
        const Descriptor file(::open(file_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        auto* memory = static_cast<volatile char*>(
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0));
        memory[0] = 1;
      },
      "");
}

}  // namespace
}  // namespace joulecast::store::sqlite
