// Stores that are damaged, foreign, newer, locked, full or forbidden must give one clear line, no exception,
// and an unchanged file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <random>

#include "base/files.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using sqlite::Database;
using sqlite::FileMode;
using ::testing::HasSubstr;
using ::testing::Not;

class StoreFault : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "runs.db"; }
  [[nodiscard]] std::string content() const { return read_file(path()).value_or(""); }
  std::unique_ptr<RunStore> open() { return std::move(RunStore::open(path().string()).value()); }
  void make_store(int seconds = 3000) { ASSERT_TRUE(open()->import_run(sample_run(seconds))); }
  /// Opening for reading and for writing must both fail with this kind and one line, and change nothing.
  void expect_refused(ErrorKind kind, const std::string& reason) {
    const auto before = content();
    for (const auto access : {Access::read, Access::write}) {
      const auto store = RunStore::open(path().string(), access, {.busy_timeout = Seconds{0.05}});
      ASSERT_FALSE(store);
      EXPECT_EQ(store.error().kind, kind) << to_string(store.error());
      EXPECT_THAT(store.error().message, HasSubstr(reason));
      EXPECT_THAT(to_string(store.error()), Not(HasSubstr("\n")));
      EXPECT_EQ(store.error().where, path().string());
    }
    EXPECT_EQ(content(), before);
  }
  testing::TemporaryDirectory folder_;
};

/// Runs the action in a child process, so that limits and identities end with it.
int in_child(const std::function<bool()>& action) {
  const auto child = ::fork();
  if (child == 0) ::_exit(action() ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void become_nobody() {
  constexpr unsigned nobody = 65534;
  if (::getuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) ::_exit(77);
}

TEST_F(StoreFault, ATextFileIsNoStore) {
  folder_.write("runs.db", std::string(5000, 'x'));
  expect_refused(ErrorKind::malformed, "not a joulecast store");
}

TEST_F(StoreFault, AnotherProgramsDatabaseIsLeftAlone) {
  {
    auto other = Database::open(path(), FileMode::create, Seconds{1});
    ASSERT_TRUE(other->script("CREATE TABLE photos (name TEXT); INSERT INTO photos VALUES ('cat')"));
  }
  expect_refused(ErrorKind::malformed, "another program's database");
}

TEST_F(StoreFault, ANewerStoreIsLeftAlone) {
  make_store(10);
  {
    auto database = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database->script("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  expect_refused(ErrorKind::malformed, "a newer joulecast made this store (schema 99");
}

TEST_F(StoreFault, AFolderIsNoStore) {
  std::filesystem::create_directory(path());
  const auto store = RunStore::open(path().string());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::invalid);
  const auto below_file = RunStore::open((folder_.write("file", "x") / "runs.db").string());
  ASSERT_FALSE(below_file);
  EXPECT_EQ(below_file.error().kind, ErrorKind::unavailable);
}

TEST_F(StoreFault, ReadingMakesNoStore) {
  for (int i = 0; i < 2; ++i) {
    const auto store = RunStore::open(path().string(), Access::read);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(store.error().message, HasSubstr("no run has been stored here yet"));
    folder_.write("runs.db", "");  // the second time it is there, and empty
  }
  EXPECT_EQ(content(), "");
  EXPECT_TRUE(RunStore::open(path().string(), Access::write));
}

TEST_F(StoreFault, ALockedStoreSaysSo) {
  make_store(10);
  auto other = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other->script("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE"));
  const auto store = RunStore::open(path().string(), Access::read, {.busy_timeout = Seconds{0.05}});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::retry);
  EXPECT_THAT(store.error().message, HasSubstr("locked"));
}

TEST_F(StoreFault, AWriterElsewhereDoesNotKeepUsFromReading) {
  make_store(10);
  auto other = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  auto store = RunStore::open(path().string(), Access::read, {.busy_timeout = Seconds{0.05}});
  ASSERT_TRUE(store);
  EXPECT_TRUE((*store)->load("sample-1"));
  EXPECT_EQ((*store)->tag("sample-1", {{"a", "b"}}).error().kind, ErrorKind::retry);
}

// A file that is truncated anywhere, as after a failed copy.
TEST_F(StoreFault, ACutStoreIsDamagedNotRead) {
  make_store();
  const auto whole = content();
  for (const double share : {0.02, 0.1, 0.3, 0.5, 0.77, 0.99}) {
    folder_.write("runs.db",
                  whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))));
    const auto store = RunStore::open(path().string(), Access::read);
    if (!store) {
      EXPECT_EQ(store.error().kind, ErrorKind::malformed) << to_string(store.error());
      continue;
    }
    const auto run = (*store)->load("sample-1");
    ASSERT_FALSE(run) << share;
    EXPECT_EQ(run.error().kind, ErrorKind::malformed) << to_string(run.error());
  }
}

// Whatever bytes change, every call must return, and samples must be correct or refused.
TEST_F(StoreFault, ChangedBytesNeverCrashNorForgeSamples) {
  make_store();
  const auto whole = content();
  const auto truth = sample_run(3000);
  std::mt19937_64 random(7);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    auto broken = whole;
    for (int i = 0; i < 8; ++i) broken[random() % broken.size()] = static_cast<char>(random());
    folder_.write("runs.db", broken);
    std::filesystem::remove(path().string() + "-wal");
    std::filesystem::remove(path().string() + "-shm");
    const auto store = RunStore::open(path().string(), Access::read);
    if (!store) {
      ++refused;
      continue;
    }
    (void)(*store)->find();
    (void)(*store)->summary("sample-1");
    const auto run = (*store)->load("sample-1");
    if (!run) {
      ++refused;
      continue;
    }
    for (std::size_t n = 0; n < std::min(run->traces.size(), truth.traces.size()); ++n)
      if (run->traces[n].channel.resolution == truth.traces[n].channel.resolution &&
          !run->traces[n].empty()) {
        ASSERT_EQ(run->traces[n].values, truth.traces[n].values) << "round " << round;
      }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(StoreFault, ADamagedRunDoesNotBarTheWayToTheOthers) {
  make_store(3000);
  auto store = RunStore::open(path().string());
  auto other = sample_run(10);
  other.info.id = "sample-2";
  ASSERT_TRUE((*store)->import_run(other));
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(
      database->script("UPDATE block SET data = x'00' WHERE key IN (SELECT block FROM chunk WHERE run = 1)"));
  EXPECT_EQ((*store)->find()->size(), 2u);
  EXPECT_EQ((*store)->load("sample-1").error().kind, ErrorKind::malformed);
  EXPECT_TRUE((*store)->load("sample-2"));
  EXPECT_TRUE((*store)->remove("sample-1"));
}

TEST_F(StoreFault, AKilledRunWithADamagedJournalIsClosedWithoutItsSamples) {
  const auto killed = in_child([&] {
    const auto writer = *open()->record(sample_run(0));
    writer->channel(sample_channels()[0]);
    writer->append(0, 1, 1);
    ::usleep(800'000);
    ::raise(SIGKILL);
    return false;
  });
  ASSERT_EQ(killed, -SIGKILL);
  {
    auto database = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database->script("UPDATE journal SET data = x'0102'"));
  }
  auto store = RunStore::open(path().string());
  ASSERT_TRUE(store);
  ASSERT_EQ((*store)->recovered().size(), 1u);
  const auto rows = (*store)->find();
  EXPECT_EQ(rows->front().status, trace::RunStatus::interrupted);
  EXPECT_EQ(rows->front().energy, std::nullopt);
  EXPECT_EQ((*store)->load("").error().kind, ErrorKind::malformed);
}

// RLIMIT_FSIZE stops the file from growing, like a full disk.
TEST_F(StoreFault, AFullDiskFailsTheWriteAndKeepsWhatWasThere) {
  make_store(1000);
  const auto size = std::filesystem::file_size(path());
  const auto full = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{size + 20'000, size + 20'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto store = RunStore::open(path().string());
    if (!store) return false;
    auto big = sample_run(30'000);
    big.info.id = "big";
    const auto imported = (*store)->import_run(big);
    return !imported && imported.error().kind == ErrorKind::retry && (*store)->load("sample-1").has_value();
  });
  EXPECT_EQ(full, 0);
  auto store = RunStore::open(path().string());
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->find()->size(), 1u);
  EXPECT_TRUE((*store)->load("sample-1"));
}

TEST_F(StoreFault, AFullDiskDuringARunIsReportedAndTheCallerGoesOn) {
  make_store(10);
  const auto full = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto writer = *open()->record({}, {.commit_interval = Seconds{0.02}, .finish_timeout = Seconds{1}});
    writer->channel(sample_channels()[4]);
    const rlimit limit{60'000, 60'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 20'000; ++i) writer->append(0, i, 1.0 / (i + 3));
    ::usleep(200'000);
    const bool told = !writer->status() && writer->status().error().kind == ErrorKind::retry;
    const auto done = writer->end({});
    return told && !done && writer->dropped() == 20'000;
  });
  EXPECT_EQ(full, 0);
  EXPECT_TRUE(open()->load("sample-1"));
}

TEST_F(StoreFault, AFolderThatMayNotBeWrittenIsDenied) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  const auto denied = in_child([&] {
    become_nobody();
    for (const auto& path : {folder_.path() / "deep" / "runs.db", folder_.path() / "runs.db"}) {
      const auto store = RunStore::open(path.string());
      if (store || store.error().kind != ErrorKind::denied) return false;
      if (store.error().message.find("Permission denied") == std::string::npos) return false;
    }
    return true;
  });
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EQ(denied, 0);
}

TEST_F(StoreFault, AnotherPersonsStoreCanBeReadAndNotWritten) {
  make_store(10);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  const auto outcome = in_child([&] {
    become_nobody();
    const auto writing = RunStore::open(path().string(), Access::write);
    auto reading = RunStore::open(path().string(), Access::read);
    return !writing && writing.error().kind == ErrorKind::denied && reading && (*reading)->load("sample-1") &&
           (*reading)->remove("sample-1").error().kind == ErrorKind::denied;
  });
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EQ(outcome, 0);
}

TEST_F(StoreFault, AnotherPersonsOlderStoreIsReadFromACopy) {
  std::filesystem::copy_file(std::filesystem::path(JOULECAST_FIXTURES) / "store/version-1.db", path());
  const auto before = content();
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
  const auto outcome = in_child([&] {
    become_nobody();
    const auto store = RunStore::open(path().string(), Access::read);
    if (!store || (*store)->find({.host = "box"})->size() != 3) return false;
    const auto id = (*store)->find({.status = trace::RunStatus::finished})->front().id;
    return (*store)->load(id) && (*store)->tag(id, {{"a", "b"}}).error().kind == ErrorKind::denied;
  });
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EQ(outcome, 0);
  EXPECT_EQ(content(), before);
}

TEST_F(StoreFault, AnUnreadableStoreIsDenied) {
  make_store(10);
  ASSERT_EQ(::chmod(path().c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  const auto denied = in_child([&] {
    become_nobody();
    const auto store = RunStore::open(path().string(), Access::read);
    return !store && store.error().kind == ErrorKind::denied;
  });
  EXPECT_EQ(denied, 0);
}

}  // namespace
}  // namespace joulecast::store
