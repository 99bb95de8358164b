// A store that is removed, replaced or overwritten while a run is recorded: the run goes on in a spare store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/files.hpp"
#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class LostStore : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path path() const { return folder_.path() / "runs.db"; }
  [[nodiscard]] fs::path spare() const { return folder_.path() / "spare" / "runs.db"; }

  static std::unique_ptr<RunStore> open(const fs::path& path, Durability durability = Durability::at_once) {
    auto store = RunStore::open(path.string(), Access::write, {.durability = durability});
    if (!store) throw std::runtime_error(to_string(store.error()));
    return std::move(*store);
  }

  /// Begins a run with a channel and a phase and waits until the store has its first reading.
  std::unique_ptr<RunWriter> begin() {
    const WriterOptions options{.commit_interval = Seconds{0.01},
                                .longest_without_commit = Seconds{0.1},
                                .spare = [this] { return Result<std::string>(spare().string()); }};
    auto writer = std::move(open(path(), Durability::soon)->record({}, options).value());
    writer->channel(watts("gpu0"));
    trace::Phase phase;
    phase.unit = "epoch";
    writer->phase(0, phase);
    writer->append(0, 0.5, 100);
    EXPECT_TRUE(eventually([this] {
      const auto run = open(path())->load("");
      return run && !run->traces.empty() && run->traces[0].size() == 1;
    }));
    return writer;
  }

  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  /// The run is measured on, and the spare store has it whole, or from the loss on.
  void expect_goes_on(RunWriter& writer, const std::string& reason, bool whole) {
    // Nothing is written meanwhile: the loss is noticed all the same.
    ASSERT_TRUE(eventually([&] { return writer.moved().has_value(); }));
    EXPECT_EQ(writer.moved()->store, spare().string());
    EXPECT_THAT(writer.moved()->reason, HasSubstr(reason));
    writer.append(0, 1.5, 200);
    trace::Run header;
    header.status = trace::RunStatus::finished;
    header.exit_status = 0;
    header.span.end = Seconds{2};
    const auto ended = writer.end(header);
    ASSERT_TRUE(ended) << to_string(ended.error());

    const auto run = open(spare())->load(writer.id());
    ASSERT_TRUE(run) << to_string(run.error());
    EXPECT_EQ(run->status, trace::RunStatus::finished);
    ASSERT_EQ(run->traces.size(), 1u);
    EXPECT_EQ(run->traces[0].channel.name, "gpu0");
    EXPECT_EQ(run->traces[0].values, whole ? (std::vector<double>{100, 200}) : std::vector<double>{200});
    ASSERT_EQ(run->phases.size(), 1u);
    EXPECT_THAT(run->notes, Contains(HasSubstr("went on in a spare store")));
    EXPECT_FALSE(fs::exists(path().string() + "-wal")) << "it would be taken for that of another store";
  }

  static trace::Channel watts(const std::string& name) {
    trace::Channel channel;
    channel.name = name;
    channel.quantity = trace::Quantity::power;
    channel.component = trace::Component::gpu;
    return channel;
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(LostStore, AnEmptiedIndexOfTheLogIsMadeAnew) {
  auto writer = begin();
  ASSERT_EQ(::truncate((path().string() + "-shm").c_str(), 0), 0);
  writer->append(0, 1.5, 200);
  writer->note("one that is committed at once");
  EXPECT_TRUE(eventually([&] {
    const auto store = RunStore::open(path().string(), Access::write, {});
    if (!store) return false;  // until the writer has let go of the old index
    const auto run = (*store)->load(writer->id());
    return run && !run->notes.empty();
  }));
  ASSERT_EQ(::truncate((path().string() + "-shm").c_str(), 0), 0);
  trace::Run header;
  header.status = trace::RunStatus::finished;
  header.exit_status = 0;
  header.span.end = Seconds{2};
  const auto ended = writer->end(header);
  ASSERT_TRUE(ended) << to_string(ended.error());
  EXPECT_FALSE(writer->moved());
  const auto run = open(path())->load(writer->id());
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_EQ(run->traces.at(0).values, (std::vector<double>{100, 200}));
}

TEST_F(LostStore, RemovedWithAllItsFiles) {
  const auto writer = begin();
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path().string() + suffix);
  expect_goes_on(*writer, "removed", true);
}

TEST_F(LostStore, RenamedKeepsWhatOthersStored) {
  const auto other = open(path(), Durability::soon)->import_run(sample_run(10));
  ASSERT_TRUE(other);
  const auto writer = begin();
  fs::rename(path(), folder_.path() / "old.db");
  expect_goes_on(*writer, "removed", true);
  EXPECT_TRUE(open(folder_.path() / "old.db")->load(*other));
}

TEST_F(LostStore, AnotherStoreInItsPlaceIsNotTouched) {
  const auto theirs = folder_.path() / "theirs.db";
  const auto other = open(theirs)->import_run(sample_run(10));
  ASSERT_TRUE(other);
  const auto before = read_file(theirs).value();
  const auto writer = begin();
  fs::rename(theirs, path());
  expect_goes_on(*writer, "another file was put in the store's place", true);
  EXPECT_EQ(read_file(path()).value(), before);
  EXPECT_TRUE(open(path())->load(*other));
}

TEST_F(LostStore, OverwrittenOrEmptied) {
  for (const auto& content : {std::string(), std::string(20'000, 'x')}) {
    fs::remove_all(spare().parent_path());
    fs::remove(path());
    open(path());  // closing merges the log, so that the file itself holds pages that are then lost
    const auto writer = begin();
    folder_.write("runs.db", content);
    expect_goes_on(*writer, "overwritten", false);
    EXPECT_EQ(read_file(path()).value(), content);
  }
}

TEST_F(LostStore, ItsLogRemoved) {
  const auto writer = begin();
  fs::remove(path().string() + "-wal");
  expect_goes_on(*writer, "log was removed", true);
}

// As where two runs draw the same id: what others have stored, of which the log holds a part, stays where it
// is.
TEST_F(LostStore, RefusingOneRunIsNoLossOfTheOthers) {
  const auto other = begin();
  {
    auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database);
    database->keep_log_on_close();
    ASSERT_TRUE(
        database->script("CREATE TRIGGER clash BEFORE INSERT ON run WHEN new.name = 'clash' "
                         "BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: run.id'); END"));
  }
  const WriterOptions options{.commit_interval = Seconds{0.01},
                              .spare = [this] { return Result<std::string>(spare().string()); }};
  trace::Run header;
  header.info.name = "clash";
  const auto refused = std::move(open(path(), Durability::soon)->record(header, options).value());
  refused->channel(watts("gpu0"));
  refused->append(0, 0.5, 100);
  ASSERT_TRUE(eventually([&] { return refused->moved().has_value(); }));
  EXPECT_TRUE(fs::exists(path().string() + "-wal"));
  EXPECT_TRUE(refused->end({}));
  EXPECT_TRUE(open(spare())->load(refused->id()));

  other->append(0, 1.5, 200);
  EXPECT_TRUE(other->end({}));
  EXPECT_FALSE(other->moved());
  const auto kept = open(path())->load(other->id());
  ASSERT_TRUE(kept) << to_string(kept.error());
  EXPECT_EQ(kept->traces.at(0).values, (std::vector<double>{100, 200}));
}

// Another program that merges the log changes the file: the run stays.
TEST_F(LostStore, AMergedLogIsNoLoss) {
  const auto writer = begin();
  {
    auto database = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database && database->script("PRAGMA wal_checkpoint(TRUNCATE)"));
  }
  writer->append(0, 1.5, 200);
  ASSERT_TRUE(eventually([&] { return open(path())->load("")->traces[0].size() == 2; }));
  EXPECT_FALSE(writer->moved());
  EXPECT_TRUE(writer->end({}));
}

// A lock that outlasts the run: all of it is in the spare store, and the locked one is left as it is.
TEST_F(LostStore, LockedWhenTheRunEnds) {
  const auto patience = std::make_shared<Patience>();
  auto store =
      RunStore::open(path().string(), Access::write,
                     {.busy_timeout = Seconds{20}, .durability = Durability::soon, .patience = patience});
  ASSERT_TRUE(store);
  auto writer =
      std::move((*store)->record({}, {.commit_interval = Seconds{0.01},
                                      .finish_timeout = Seconds{20},
                                      .patience = patience,
                                      .spare = [this] { return Result<std::string>(spare().string()); }}))
          .value();
  writer->channel(watts("gpu0"));
  writer->append(0, 0.5, 100);
  ASSERT_TRUE(eventually([this] {
    const auto run = open(path())->load("");
    return run && !run->traces.empty() && run->traces[0].size() == 1;
  }));
  auto other = sqlite::Database::open(path(), sqlite::FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other && other->run("BEGIN IMMEDIATE"));
  writer->append(0, 1.5, 200);
  writer->metric({Seconds{1.5}, std::nullopt, "loss", 0.25});
  patience->end_at(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  const auto ended = writer->end({});
  ASSERT_TRUE(ended) << to_string(ended.error());
  ASSERT_TRUE(writer->moved());
  EXPECT_THAT(writer->moved()->reason, HasSubstr("locked"));
  const auto run = open(spare())->load(writer->id());
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_EQ(run->traces[0].values, (std::vector<double>{100, 200}));
  ASSERT_EQ(run->metrics.size(), 1u);
  EXPECT_EQ(run->metrics[0].value, 0.25);
  ASSERT_TRUE(other->run("COMMIT"));
  EXPECT_TRUE(open(path())->load(writer->id()));
}

// Somebody wanted this run away.
TEST_F(LostStore, ARemovedRunIsNotKeptElsewhere) {
  const auto writer = begin();
  ASSERT_TRUE(open(path())->remove("", /*even_if_running=*/true));
  writer->append(0, 1.5, 200);
  ASSERT_TRUE(eventually([&] { return !writer->status(); }));
  EXPECT_EQ(writer->status().error().kind, ErrorKind::gone);
  EXPECT_FALSE(writer->moved());
  EXPECT_FALSE(fs::exists(spare()));
}

}  // namespace
}  // namespace joulecast::store
