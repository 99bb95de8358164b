#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "store/journal_file.hpp"
#include "store/journal_row.hpp"
#include "store/journal_run.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

JournalEntry sample_entry(std::int64_t number) {
  const auto run = sample_run(100);
  JournalEntry entry;
  entry.number = number;
  entry.heartbeat = WallTime{1'700'000'000'123'456'789 + number};
  if (number == 1) entry.start = run;
  entry.readings = {1, 2, 0, 255};
  entry.samples = 7;
  entry.notes = {{"lost a reading", "\xff is no text"}};
  auto& pending = entry.pending;
  pending.channels = {{0, run.traces[0].channel}, {3, run.traces[3].channel}};
  pending.gaps = {{0, {Seconds{1}, Seconds{2.5}}}};
  pending.epochs[4] = {5, {Seconds{0.1}, Seconds{9}}, 3.5, Joules{1e-9}, {{"loss", 0.25}}, 1};
  pending.epochs[5] = {6, {Seconds{9}, Seconds{10}}, std::nullopt, std::nullopt, {}, 0};
  pending.phases[1] = {"fold 2", "step", {Seconds{0}, Seconds{3}}, 17, 100, std::nullopt, 5};
  pending.progress[{1, 2}] = {{1, 20, 300}, {0.5, 1, 1e300}};
  pending.progress[{0, 9}] = {};
  pending.windows[2] = {"evaluation", {Seconds{4}, Seconds{5}}};
  pending.metrics = {{Seconds{1}, 3, "accuracy", 0.9}, {Seconds{2}, std::nullopt, "loss", -0.0}};
  pending.projections = {{Seconds{3}, 0.5, "segment", Joules{10}, Joules{9}, std::nullopt, true}};
  pending.header = run;
  pending.latest = Seconds{9.5};
  entry.closing = {trace::RunStatus::failed, 3, Seconds{10}, "a note"};
  return entry;
}

TEST(JournalEntry, ReturnsAsItWas) {
  const auto entry = sample_entry(1);
  const auto bytes = to_bytes(entry);
  const auto read = entry_of(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_bytes(*read), bytes) << "what is written of it again is the same";
  EXPECT_EQ(read->number, 1);
  EXPECT_EQ(read->heartbeat, entry.heartbeat);
  EXPECT_EQ(read->start->info.id, entry.start->info.id);
  EXPECT_EQ(read->start->tags, entry.start->tags);
  EXPECT_EQ(read->start->command, entry.start->command);
  EXPECT_EQ(read->readings, entry.readings);
  EXPECT_EQ(read->pending.epochs.at(4).metrics, entry.pending.epochs.at(4).metrics);
  EXPECT_EQ(read->pending.epochs.at(4).energy, Joules{1e-9});
  EXPECT_EQ(read->pending.epochs.at(5).work, std::nullopt);
  EXPECT_EQ(read->pending.progress.at({1, 2}).work, entry.pending.progress.at({1, 2}).work);
  EXPECT_TRUE(read->pending.progress.at({0, 9}).times.empty());
  EXPECT_EQ(read->pending.metrics[0].epoch, 3);
  EXPECT_EQ(read->pending.projections[0].low, Joules{9});
  EXPECT_EQ(read->closing->status, trace::RunStatus::failed);
  EXPECT_EQ(read->closing->exit_status, 3);
  EXPECT_EQ(read->closing->end, Seconds{10});
}

TEST(JournalEntry, IsRefusedWhereverItIsCut) {
  const auto bytes = to_bytes(sample_entry(1));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(entry_of(std::span(bytes).first(size))) << size;
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(entry_of(longer));
}

TEST(JournalEntry, PointsWithoutTheirWorkAreRefused) {
  auto entry = sample_entry(1);
  entry.pending.progress[{0, 1}] = {{1, 2}, {0.5}};
  EXPECT_FALSE(entry_of(to_bytes(entry)));
}

class JournalFileTest : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("XDG_DATA_HOME", folder_.path().c_str(), 1); }
  void TearDown() override {  // the folder goes away
    ::unsetenv("XDG_DATA_HOME");
    if (const auto& given = temporary_) ::setenv("TMPDIR", given->c_str(), 1);
    if (!temporary_) ::unsetenv("TMPDIR");
  }
  static JournalHead head() {
    return {"postgresql://me@host/runs", "20260201-134507-k7f3", "0123456789abcdef"};
  }
  testing::TemporaryDirectory folder_;
  const std::optional<std::string> temporary_ =
      std::getenv("TMPDIR") != nullptr ? std::optional<std::string>(std::getenv("TMPDIR")) : std::nullopt;
};

std::vector<std::int64_t> numbers_of(const std::vector<JournalEntry>& entries) {
  std::vector<std::int64_t> numbers;
  for (const auto& entry : entries) numbers.push_back(entry.number);
  return numbers;
}

TEST_F(JournalFileTest, GivesWhatIsNotStored) {
  auto file = JournalFile::create(head()).value();
  for (const auto number : {1, 2, 3}) ASSERT_TRUE(file.add(sample_entry(number)));
  EXPECT_THAT(numbers_of(file.next(1)), ElementsAre(1)) << "at least one";
  EXPECT_THAT(numbers_of(file.next(1 << 20)), ElementsAre(1, 2, 3)) << "they were not stored";
  file.stored();
  EXPECT_THAT(file.next(1 << 20), IsEmpty());
  ASSERT_TRUE(file.add(sample_entry(4)));
  EXPECT_THAT(numbers_of(file.next(1 << 20)), ElementsAre(4));
}

TEST_F(JournalFileTest, IsLockedWhileItsWriterLives) {
  std::filesystem::path path;
  {
    auto file = JournalFile::create(head()).value();
    path = file.path();
    ASSERT_TRUE(file.add(sample_entry(1)));
    EXPECT_EQ(JournalFile::open(path).error().kind, ErrorKind::retry);
    EXPECT_THAT(waiting_journals(), IsEmpty());
  }
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(waiting_journals(), SizeIs(1));
  EXPECT_THAT(waiting_journals("postgresql://me@host/runs"), SizeIs(1));
  EXPECT_THAT(waiting_journals("postgresql://me@other/runs"), IsEmpty());
  EXPECT_THAT(numbers_of(JournalFile::open(path).value().next(1 << 20)), ElementsAre(1));
}

TEST_F(JournalFileTest, AnEntryThatWasCutEndsIt) {
  std::filesystem::path path;
  {
    auto file = JournalFile::create(head()).value();
    path = file.path();
    for (const auto number : {1, 2}) ASSERT_TRUE(file.add(sample_entry(number)));
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  auto file = JournalFile::open(path).value();
  EXPECT_THAT(numbers_of(file.next(1 << 20)), ElementsAre(1));
}

TEST_F(JournalFileTest, IsEmptiedWhenThatPays) {
  auto file = JournalFile::create(head()).value();
  auto entry = sample_entry(2);
  entry.readings.assign(33 << 20, 1);
  ASSERT_TRUE(file.add(entry));
  EXPECT_THAT(file.next(1 << 20), SizeIs(1));
  file.stored();
  EXPECT_LT(std::filesystem::file_size(file.path()), 1000u);
  ASSERT_TRUE(file.add(sample_entry(3)));
  EXPECT_THAT(numbers_of(file.next(1 << 20)), ElementsAre(3));
}

TEST_F(JournalFileTest, GivesItsRunForAnotherStore) {
  std::filesystem::path path;
  const auto sample = sample_run(50);
  {
    auto file = JournalFile::create(head()).value();
    path = file.path();
    JournalEntry first;
    first.number = 1;
    first.start = sample;
    std::vector<trace::Channel> channels;
    for (std::size_t i = 0; i < sample.traces.size(); ++i) {
      first.pending.channels.emplace_back(i, sample.traces[i].channel);
      channels.push_back(sample.traces[i].channel);
      for (const auto& gap : sample.traces[i].gaps) first.pending.gaps.emplace_back(static_cast<int>(i), gap);
    }
    ASSERT_TRUE(file.add(first));
    for (std::int64_t part = 0; part < 2; ++part) {
      JournalEntry entry;
      entry.number = part + 2;
      std::vector<Column> columns;
      for (std::size_t i = 0; i < sample.traces.size(); ++i) {
        const auto& trace = sample.traces[i];
        Column column{static_cast<int>(i)};
        for (std::size_t k = 0; k < trace.times.size(); ++k)
          if ((trace.times[k] < 25) == (part == 0)) {
            column.times.push_back(to_microseconds(trace.times[k]));
            column.values.push_back(trace.values[k]);
          }
        columns.push_back(std::move(column));
      }
      entry.readings = encode_journal_row(columns, channels);
      for (std::size_t i = 0; i < sample.epochs.size(); ++i) entry.pending.epochs[i] = sample.epochs[i];
      if (part == 1) entry.closing = {trace::RunStatus::finished, 0, sample.span.end, ""};
      ASSERT_TRUE(file.add(entry));
    }
    EXPECT_EQ(run_in_journal(path).error().kind, ErrorKind::retry) << "it is still recorded";
  }
  const auto run = run_in_journal(path);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->info.id, sample.info.id);
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_EQ(run->span.end, sample.span.end);
  ASSERT_EQ(run->traces.size(), sample.traces.size());
  for (std::size_t i = 0; i < run->traces.size(); ++i) {
    EXPECT_EQ(run->traces[i].values, sample.traces[i].values) << i;
    EXPECT_EQ(run->traces[i].gaps, sample.traces[i].gaps) << i;
  }
  EXPECT_EQ(run->epochs.size(), sample.epochs.size());
}

TEST_F(JournalFileTest, OtherFilesAndLinksAreLeftAlone) {
  { auto file = JournalFile::create(head()).value(); }
  const auto folder = folder_.path() / "joulecast" / "undelivered";
  std::ofstream(folder / "rubbish.journal") << "rubbish";
  std::ofstream(folder / "note.txt") << "mine";
  std::filesystem::create_symlink("/etc/passwd", folder / "link.journal");
  EXPECT_THAT(waiting_journals(), SizeIs(1));
  EXPECT_TRUE(std::filesystem::exists(folder / "rubbish.journal"));
}

TEST_F(JournalFileTest, AFolderThatOthersReachIsNotUsed) {
  const auto folder = folder_.path() / "joulecast" / "undelivered";
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::all);
  ::setenv("TMPDIR", folder_.path().c_str(), 1);
  const auto file = JournalFile::create(head());
  ASSERT_TRUE(file);
  EXPECT_THAT(file->path().string(), ::testing::HasSubstr("joulecast-undelivered-"));
}

}  // namespace
}  // namespace joulecast::store
