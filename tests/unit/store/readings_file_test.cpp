// Readings that are kept beside the store until a commit takes them in.
#include "store/sqlite/readings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <thread>

#include "base/files.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

class ReadingsBesideTheStore : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return folder_.path() / "runs.db"; }
  [[nodiscard]] fs::path file_of(const std::string& run) const { return path().string() + "-live-" + run; }

  [[nodiscard]] std::unique_ptr<RunStore> open(Durability durability = Durability::at_once) const {
    return RunStore::open(path().string(), Access::write, {.durability = durability}).value();
  }
  /// A run with a channel and one reading that is committed. Later ones are kept beside the store.
  [[nodiscard]] std::unique_ptr<RunWriter> begin(Seconds longest_without_commit = Seconds{600}) const {
    auto writer =
        open(Durability::soon)
            ->record({}, {.commit_interval = Seconds{0.01}, .longest_without_commit = longest_without_commit})
            .value();
    writer->channel(sample_channels()[1]);
    writer->append(0, 0, 100);
    EXPECT_TRUE(eventually([&] { return stored().size() == 1; }));
    return writer;
  }
  [[nodiscard]] std::vector<double> stored() const {
    const auto run = open()->load("");
    return run && !run->traces.empty() ? run->traces[0].values : std::vector<double>{};
  }
  [[nodiscard]] std::int64_t committed_rows() const {
    auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
    return database->integer("SELECT count(*) FROM journal").value().value_or(0);
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static trace::Run ended(Seconds end) {
    trace::Run header;
    header.exit_status = 0;
    header.span.end = end;
    return header;
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(ReadingsBesideTheStore, AreShownAndCommittedAtTheEnd) {
  auto writer = begin();
  for (int i = 1; i < 20; ++i) {
    writer->append(0, i, 100 + i);
    ASSERT_TRUE(eventually([&] { return stored().size() == static_cast<std::size_t>(i) + 1; }));
  }
  EXPECT_EQ(committed_rows(), 1);
  EXPECT_EQ(open()->find()->front().duration, Seconds{19});
  EXPECT_EQ(open()->summary("")->span.end, Seconds{19});
  struct stat store {
  }, file{};
  ASSERT_EQ(::stat(path().c_str(), &store), 0);
  ASSERT_EQ(::stat(file_of(writer->id()).c_str(), &file), 0);
  EXPECT_EQ(file.st_mode, store.st_mode);
  const auto id = writer->id();
  ASSERT_TRUE(writer->end(ended(Seconds{20})));
  EXPECT_EQ(stored().size(), 20u);
  EXPECT_FALSE(fs::exists(file_of(id)));
}

TEST_F(ReadingsBesideTheStore, ComeWithTheNextCommit) {
  auto writer = begin();
  writer->append(0, 1, 101);
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  writer->metric({Seconds{1.5}, {}, "loss", 0.5});
  ASSERT_TRUE(eventually([&] { return committed_rows() == 2; }));
  writer->append(0, 2, 102);
  ASSERT_TRUE(eventually([&] { return stored().size() == 3; })) << "written over those of before";
  EXPECT_EQ(committed_rows(), 2);
  ASSERT_TRUE(writer->end(ended(Seconds{3})));
  EXPECT_THAT(stored(), ElementsAre(100, 101, 102));
}

TEST_F(ReadingsBesideTheStore, AreCommittedInTime) {
  auto writer = begin(Seconds{0.05});
  writer->append(0, 1, 101);
  writer->append(0, 2, 102);
  EXPECT_TRUE(eventually([&] { return committed_rows() >= 2; }));
  ASSERT_TRUE(writer->end(ended(Seconds{3})));
  EXPECT_THAT(stored(), ElementsAre(100, 101, 102));
}

// kill -9
TEST_F(ReadingsBesideTheStore, OutliveTheirProcess) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = begin();
    for (int i = 1;; ++i) {
      writer->append(0, i, 100 + i);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ASSERT_TRUE(eventually([&] { return fs::exists(path()) && stored().size() >= 30; }));
  EXPECT_EQ(committed_rows(), 1);
  const auto before = stored().size();
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  auto store = open();
  ASSERT_EQ(store->recovered().size(), 1u);
  const auto run = store->load("");
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->status, trace::RunStatus::interrupted);
  ASSERT_GE(run->traces[0].size(), before);
  EXPECT_EQ(run->span.end.value(), run->traces[0].times.back());
  EXPECT_EQ(run->traces[0].values.back(), 100 + run->traces[0].times.back());
  EXPECT_DOUBLE_EQ(store->find()->front().energy.value().value(),
                   trace::energy_of(*run).total.value().value());
  EXPECT_FALSE(fs::exists(file_of(run->info.id)));
}

TEST_F(ReadingsBesideTheStore, AreNotStoredTwiceIfTheRunWasTakenForDead) {
  auto writer = begin();
  writer->append(0, 1, 101);
  ASSERT_TRUE(eventually([&] { return stored().size() == 2; }));
  // Seen from another container an hour later.
  testing::TemporaryDirectory elsewhere;
  elsewhere.write("sys/kernel/random/boot_id", "another boot\n");
  FakeClock later;
  later.step_wall(system_clock().wall() - later.wall() + Seconds{3600});
  const auto other =
      RunStore::open(path().string(), Access::write, {.roots = {.proc = elsewhere.path()}, .clock = &later});
  ASSERT_EQ((*other)->recovered().size(), 1u);
  writer->append(0, 2, 102);
  ASSERT_TRUE(writer->end(ended(Seconds{3})));
  EXPECT_THAT(stored(), ElementsAre(100, 101, 102));
}

TEST_F(ReadingsBesideTheStore, SomebodyRemovesTheFile) {
  auto writer = begin(Seconds{0.05});
  writer->append(0, 1, 101);
  ASSERT_TRUE(eventually([&] { return fs::exists(file_of(writer->id())); }));
  fs::remove(file_of(writer->id()));
  for (int i = 2; i < 20; ++i) {
    writer->append(0, i, 100 + i);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(writer->status());
  ASSERT_TRUE(writer->end(ended(Seconds{20})));
  EXPECT_EQ(stored().size(), 20u);
}

TEST_F(ReadingsBesideTheStore, AreRemovedWithTheirRun) {
  auto writer = begin();
  writer->append(0, 1, 101);
  ASSERT_TRUE(eventually([&] { return fs::exists(file_of(writer->id())); }));
  ASSERT_TRUE(open()->remove("", /*even_if_running=*/true));
  EXPECT_FALSE(fs::exists(file_of(writer->id())));
  EXPECT_EQ(writer->end(ended(Seconds{2})).error().kind, ErrorKind::gone);
}

TEST(ReadingsFile, ReadsUpToWhatIsDamaged) {
  const testing::TemporaryDirectory folder;
  const auto store = folder.path() / "runs.db";
  auto file = sqlite::ReadingsFile::create(store, "one").value();
  ASSERT_TRUE(file.add(WallTime{7}, {1, 2, 3}));
  ASSERT_TRUE(file.add(WallTime{7}, {4}));
  EXPECT_THAT(sqlite::readings_beside(store, "one", WallTime{7}), ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(sqlite::readings_beside(store, "one", WallTime{8}).empty()) << "of another commit";
  EXPECT_TRUE(sqlite::readings_beside(store, "two", WallTime{7}).empty());

  file.clear();
  ASSERT_TRUE(file.add(WallTime{8}, {5}));
  EXPECT_THAT(sqlite::readings_beside(store, "one", WallTime{8}), ElementsAre(5));
  EXPECT_TRUE(sqlite::readings_beside(store, "one", WallTime{7}).empty())
      << "the rest of an old record is none";

  ASSERT_TRUE(file.add(WallTime{8}, {6, 7, 8, 9}));
  const auto content = read_file(folder.path() / "runs.db-live-one").value();
  for (std::size_t size = 0; size <= content.size(); ++size) {
    folder.write("runs.db-live-torn", content.substr(0, size));
    const auto rows = sqlite::readings_beside(store, "torn", WallTime{8});
    EXPECT_TRUE(rows.empty() || rows.size() == 1 || rows.size() == 5) << size;
  }
  file.remove();
  EXPECT_FALSE(fs::exists(folder.path() / "runs.db-live-one"));
}

}  // namespace
}  // namespace joulecast::store
