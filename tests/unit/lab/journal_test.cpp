#include "lab/campaign/journal.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/files.hpp"
#include "lab/campaign/record_format.hpp"
#include "support/temporary_directory.hpp"

namespace joulecast::lab {
namespace {

RunEnded full_record() {
  RunEnded run;
  run.place = {Role::reference, "00ff", 3, 2};
  run.levels = {{"a", "x\ny"}, {"b", "\xff"}};
  run.began = {1};
  run.ended = {1'700'000'000'123'456'789};
  run.outcome = Outcome::out_of_memory;
  run.exit_status = 1;
  run.reason = "CUDA out of memory";
  run.run_id = "20260201-134507-k7f3";
  run.duration = Seconds{1.5};
  run.energy = Joules{0.1};
  run.provenance = Provenance::modelled;
  run.measured_share = 0.75;
  run.metrics = {{"accuracy", 0.9}};
  run.noise = {0.5, 0.01, 1.25, 2};
  run.conduct = {0.1, 0.0, 1.41e9, 66.5, {"throttled"}};
  return run;
}

TEST(RecordFormat, GivesBackWhatItWasGiven) {
  const auto line = to_line(full_record());
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto back = parse_record(line, "j:1");
  ASSERT_TRUE(back);
  const auto& run = std::get<RunEnded>(*back);
  EXPECT_EQ(run.place, full_record().place);
  EXPECT_EQ(run.levels.at("a"), "x\ny");
  EXPECT_EQ(run.ended.ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(run.outcome, Outcome::out_of_memory);
  EXPECT_EQ(run.energy, Joules{0.1});
  EXPECT_EQ(run.provenance, Provenance::modelled);
  EXPECT_EQ(run.measured_share, 0.75);
  EXPECT_EQ(run.noise.gpu_processes, 2);
  EXPECT_EQ(run.conduct.gpu_clock_hz, 1.41e9);
  EXPECT_EQ(run.conduct.flags, std::vector<std::string>{"throttled"});
}

TEST(RecordFormat, WhatIsNotKnownStaysSo) {
  RunEnded run;
  run.place.cell = "c";
  const auto back = parse_record(to_line(run), "j:1");
  ASSERT_TRUE(back);
  EXPECT_FALSE(std::get<RunEnded>(*back).energy);
  EXPECT_FALSE(std::get<RunEnded>(*back).noise.load);
  EXPECT_FALSE(std::get<RunEnded>(*back).exit_status);
}

TEST(RecordFormat, RefusesWhatIsNoRecord) {
  for (const auto* line :
       {"", "{}", "[]", "x", "{\"record\":\"what\"}", "{\"record\":\"campaign\",\"format\":9}",
        "{\"record\":\"warm_up\",\"power_slope_per_minute\":[1,\"x\",3]}"})
    EXPECT_FALSE(parse_record(line, "j:1")) << line;
  EXPECT_FALSE(parse_record(std::string(10000, '['), "j:1"));
}

class JournalFile : public ::testing::Test {
 protected:
  testing::TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "p.journal";
  void write(const std::string& text) { ASSERT_TRUE(write_file(file, text)); }
};

TEST_F(JournalFile, IsBesideThePlan) {
  EXPECT_EQ(journal_of("a/vision.toml"), "a/vision.journal");
}

TEST_F(JournalFile, KeepsWhatIsAppended) {
  {
    auto journal = Journal::open(file);
    ASSERT_TRUE(journal);
    EXPECT_TRUE(journal->records().empty());
    ASSERT_TRUE(journal->append(CampaignBegun{"c", "/s", {5}}));
    ASSERT_TRUE(journal->append(full_record()));
  }
  const auto read = read_journal(file);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 2u);
  auto again = Journal::open(file);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->records().size(), 2u);
}

TEST_F(JournalFile, IsEmptyWhereThereIsNone) {
  const auto read = read_journal(file);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->empty());
}

/// As a kill leaves it, at every byte of the last line.
TEST_F(JournalFile, ForgetsALineThatWasCutOff) {
  const auto first = to_line(CampaignBegun{"c", "/s", {5}}) + "\n";
  const auto second = to_line(full_record()) + "\n";
  for (std::size_t cut = 0; cut < second.size(); cut += 7) {
    write(first + second.substr(0, cut));
    const auto read = read_journal(file);
    ASSERT_TRUE(read) << cut;
    EXPECT_EQ(read->size(), 1u);
    auto journal = Journal::open(file);
    ASSERT_TRUE(journal);
    ASSERT_TRUE(journal->append(full_record()));
    EXPECT_EQ(*read_file(file), first + second);
  }
}

TEST_F(JournalFile, NamesADamagedLine) {
  write(to_line(CampaignBegun{"c", "/s", {5}}) + "\nrubbish\n" + to_line(full_record()) + "\n");
  const auto read = read_journal(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::malformed);
  EXPECT_EQ(read.error().where, file.string() + ":2");
  EXPECT_FALSE(Journal::open(file));
}

TEST_F(JournalFile, IsOneProcessesAtATime) {
  auto journal = Journal::open(file);
  ASSERT_TRUE(journal);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = Journal::open(file);
    const auto expected = "by process " + std::to_string(::getppid());
    ::_exit(!second && second.error().message.find(expected) != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(JournalFile, CannotBeAFolderOrAPipe) {
  std::filesystem::create_directory(file);
  EXPECT_FALSE(Journal::open(file));
}

/// A full disk: nothing of the record is left, and the journal can be read.
TEST_F(JournalFile, LeavesNoHalfRecordOnAFullDisk) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = Journal::open(file);
    if (!journal || !journal->append(CampaignBegun{"c", "/s", {5}})) ::_exit(1);
    const rlimit limit{200, 200};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(journal->append(full_record()) ? 2 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  const auto read = read_journal(file);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->size(), 1u);
}

}  // namespace
}  // namespace joulecast::lab
