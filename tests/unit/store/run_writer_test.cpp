#include "store/run_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using sqlite::Database;
using sqlite::FileMode;

const WriterOptions quick{.commit_interval = Seconds{0.01}, .finish_timeout = Seconds{2}};

/// A header that says how a run ended.
trace::Run ended(Seconds end) {
  trace::Run header;
  header.exit_status = 0;
  header.span.end = end;
  return header;
}

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

class RunWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunStore> open() {
    auto store = RunStore::open(path().string());
    if (!store) throw std::runtime_error(to_string(store.error()));
    return std::move(*store);
  }
  std::unique_ptr<RunWriter> begin(const trace::Run& header = {}, WriterOptions options = quick) {
    auto writer = open()->record(header, options);
    if (!writer) throw std::runtime_error(to_string(writer.error()));
    return std::move(*writer);
  }
  /// Waits until the store has a running run with at least `samples` on its first channel.
  bool wait_for_samples(std::size_t samples) {
    for (int i = 0; i < 500; ++i, sleep_for(0.01)) {
      auto store = RunStore::open(path().string(), Access::read);
      if (!store) continue;
      const auto run = (*store)->load("");
      if (run && !run->traces.empty() && run->traces[0].size() >= samples) return true;
    }
    return false;
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "runs.db"; }
  testing::TemporaryDirectory folder_;
};

TEST_F(RunWriterTest, WhatIsWrittenLiveIsWhatIsRead) {
  const auto run = sample_run(700);
  auto writer = begin(run);
  const auto id = writer->id();
  EXPECT_NE(id, run.info.id);
  for (const auto& trace : run.traces) writer->channel(trace.channel);
  for (std::size_t begin = 0; begin < 701;
       begin += 37) {  // as a sampler does: a few readings of each channel in turn
    for (std::size_t n = 0; n < run.traces.size(); ++n) {
      const auto& trace = run.traces[n];
      const auto end = std::min(begin + 37, trace.size());
      if (begin >= end) continue;
      writer->append(n, std::span(trace.times).subspan(begin, end - begin),
                     std::span(trace.values).subspan(begin, end - begin));
    }
    sleep_for(0.015);
  }
  for (const auto& gap : run.traces[1].gaps) writer->gap(1, gap);
  for (std::size_t i = 0; i < run.epochs.size(); ++i) writer->epoch(i, run.epochs[i]);
  for (std::size_t i = 0; i < run.phases.size(); ++i) writer->phase(i, run.phases[i]);
  for (const auto& point : run.progress) writer->progress(point);
  for (std::size_t i = 0; i < run.windows.size(); ++i) writer->window(i, run.windows[i]);
  for (const auto& point : run.metrics) writer->metric(point);
  for (const auto& projection : run.projections) writer->projection(projection);
  writer->note("the machine was asleep for 3 s");
  auto last = trace::header_of(run);
  last.status = trace::RunStatus::failed;
  last.exit_status = 3;
  last.span.end = Seconds{700.5};
  last.sampler_cpu = Seconds{0.5};
  last.idle_baseline = Watts{40};
  last.info.total_work = 90;
  const auto done = writer->end(last);
  ASSERT_TRUE(done) << to_string(done.error());

  const auto loaded = open()->load(id);
  ASSERT_TRUE(loaded) << to_string(loaded.error());
  EXPECT_EQ(loaded->status, trace::RunStatus::failed);
  EXPECT_EQ(loaded->exit_status, 3);
  EXPECT_EQ(loaded->span.end, Seconds{700.5});
  EXPECT_EQ(loaded->tags, run.tags);
  EXPECT_EQ(loaded->sampler_cpu, Seconds{0.5});
  EXPECT_EQ(loaded->idle_baseline, Watts{40});
  EXPECT_EQ(loaded->info.total_work, 90);
  EXPECT_EQ(loaded->host.hostname, "box");
  EXPECT_EQ(loaded->epochs.size(), run.epochs.size());
  ASSERT_EQ(loaded->phases.size(), 2u);
  EXPECT_EQ(loaded->phases[1].work, 1234.5);
  EXPECT_EQ(loaded->progress.size(), run.progress.size());
  EXPECT_EQ(loaded->windows.size(), 2u);
  EXPECT_EQ(loaded->epochs.back().phase, 1u);
  EXPECT_EQ(loaded->metrics.size(), run.metrics.size());
  EXPECT_EQ(loaded->projections.size(), 2u);
  EXPECT_EQ(loaded->sensors.size(), 2u);
  EXPECT_THAT(loaded->notes, ElementsAre("the clock was stepped by 3 s", "the machine was asleep for 3 s"));
  for (std::size_t n = 0; n < run.traces.size(); ++n) {
    EXPECT_EQ(loaded->traces[n].values, run.traces[n].values) << n;
    EXPECT_EQ(loaded->traces[n].gaps, run.traces[n].gaps) << n;
  }
}

TEST_F(RunWriterTest, ALongPhaseStaysSmallInTheFile) {
  auto writer = begin();
  constexpr int steps = 200'000;
  for (int i = 0; i <= steps; ++i) {
    writer->progress({Seconds{i * 0.001}, static_cast<double>(i), 0});
    if (i % 20'000 == 0) {
      writer->phase(0,
                    {"train", "step", {Seconds{0}, Seconds{i * 0.001}}, static_cast<double>(i), steps, {}});
      sleep_for(0.02);
    }
  }
  for (int i = 0; i < 20'003; ++i)
    writer->window(static_cast<std::size_t>(i), {"load", {Seconds{i * 0.01}, Seconds{i * 0.01 + 0.005}}});
  ASSERT_TRUE(writer->end(ended(Seconds{201})));
  const auto run = open()->load("");
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->phases.at(0).work, steps);
  EXPECT_LE(run->progress.size(), 2048u);
  EXPECT_GE(run->progress.size(), 1024u);
  EXPECT_EQ(run->progress.back().work, steps);
  EXPECT_EQ(run->windows.size(), 20'000u);
  EXPECT_THAT(run->notes, ElementsAre("3 windows after the first 20000 were left out"));
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  EXPECT_LT(**database->integer("SELECT sum(length(times) + length(work)) FROM progress"), 20'000);
}

TEST_F(RunWriterTest, ALongJournalIsPackedWhileTheRunGoesOn) {
  auto writer = begin();
  writer->channel(sample_channels()[0]);
  constexpr int total = 20'000;
  for (int i = 0; i < total; ++i) {
    writer->append(0, i * 0.001, sample_value(0, i));
    if (i % 500 == 0) sleep_for(0.012);
  }
  ASSERT_TRUE(wait_for_samples(total));
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(database);
  EXPECT_GE(**database->integer("SELECT count(*) FROM chunk"), 4);
  EXPECT_EQ(open()->find()->front().status, trace::RunStatus::running);
  const auto summary = open()->summary("");
  ASSERT_TRUE(summary) << to_string(summary.error());
  EXPECT_LT(summary->traces[0].size(), total);
  EXPECT_EQ(summary->traces[0].values.back(), sample_value(0, total - 1));
  ASSERT_TRUE(writer->end(ended(Seconds{20})));
  EXPECT_EQ(**database->integer("SELECT count(*) FROM journal"), 0);
}

TEST_F(RunWriterTest, AnEmptyRunIsARun) {
  auto writer = begin();
  const auto id = writer->id();
  ASSERT_TRUE(writer->end(ended(Seconds{0.01})));
  const auto run = open()->load(id);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_TRUE(run->started);
  EXPECT_EQ(open()->find()->front().energy, std::nullopt);
}

TEST_F(RunWriterTest, AWriterThatGoesAwayClosesItsRun) {
  std::string id;
  {
    auto writer = begin();
    id = writer->id();
    writer->channel(sample_channels()[1]);
    writer->append(0, 4, 100);
  }
  const auto run = open()->load(id);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->status, trace::RunStatus::interrupted);
  EXPECT_EQ(run->span.end, Seconds{4});
}

TEST_F(RunWriterTest, ReadingsOutOfOrderOrWithoutAValueAreLeftOutAndSaid) {
  auto writer = begin();
  writer->channel(sample_channels()[1]);
  const std::vector<double> times{1, 2, 2, 1.5, 3, std::nan("")};
  const std::vector<double> values{10, 20, 21, 15, std::nan(""), 5};
  writer->append(0, times, values);
  writer->append(7, 1, 1);
  EXPECT_EQ(writer->dropped(), 5u);
  (void)writer->end(ended(Seconds{3}));
  const auto run = open()->load("");
  ASSERT_TRUE(run);
  EXPECT_THAT(run->traces[0].values, ElementsAre(10, 20));
  EXPECT_THAT(run->notes, ::testing::Contains(HasSubstr("4 readings that were no numbers")));
}

// kill -9: a child process writes like `joulecast run` and is killed in the middle.
TEST_F(RunWriterTest, AKilledRunKeepsAllButItsLastSecond) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer = *RunStore::open(path().string()).value()->record(sample_run(0));
    writer->channel(sample_channels()[0]);
    for (int i = 0;; ++i) {
      writer->append(0, i * 0.01, sample_value(0, i));
      sleep_for(0.01);
    }
  }
  ASSERT_TRUE(wait_for_samples(50));
  EXPECT_EQ(open()->find()->front().status, trace::RunStatus::running);
  EXPECT_FALSE(open()->remove(""));
  sleep_for(1.2);
  const auto before = open()->load("")->traces[0].size();
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  auto store = open();
  EXPECT_EQ(store->recovered().size(), 1u);
  const auto run = store->load("");
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->status, trace::RunStatus::interrupted);
  EXPECT_GE(run->traces[0].size(), before);
  EXPECT_EQ(run->span.end.value(), run->traces[0].times.back());
  EXPECT_THAT(run->notes, ::testing::Contains(HasSubstr("process ended")));
  EXPECT_EQ(store->find()->front().energy, trace::energy_of(*run).total);
  EXPECT_THAT(open()->recovered(), IsEmpty());  // once
}

class SeveralProcesses : public RunWriterTest, public ::testing::WithParamInterface<const char*> {};

// With the write-ahead log, and with the rollback journal that is used on network file systems.
TEST_P(SeveralProcesses, WriteAtOnceAndNeitherLosesAnything) {
  (void)open();
  {
    auto database = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(database->run(GetParam()));
  }
  constexpr int samples = 400;
  const auto write_run = [&](const std::string& name) {
    trace::Run header;
    header.info.name = name;
    auto writer = begin(header, {.commit_interval = Seconds{0.002}, .finish_timeout = Seconds{20}});
    writer->channel(sample_channels()[0]);
    for (int i = 0; i < samples; ++i) {
      writer->append(0, i, sample_value(0, i));
      sleep_for(0.001);
    }
    return writer->end(ended(Seconds{samples})).has_value();
  };
  std::vector<pid_t> children;
  for (const std::string name : {"one", "two", "three"}) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(write_run(name) ? 0 : 1);
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  auto store = open();
  for (const std::string name : {"one", "two", "three"}) {
    const auto run = store->load(name);
    ASSERT_TRUE(run) << to_string(run.error());
    EXPECT_EQ(run->traces[0].size(), static_cast<std::size_t>(samples));
  }
  auto database = Database::open(path(), FileMode::read_write, Seconds{1});
  auto check = database->query("PRAGMA integrity_check");
  ASSERT_TRUE(check.row());
  EXPECT_EQ(check.text(0), "ok");
}

INSTANTIATE_TEST_SUITE_P(Journals, SeveralProcesses,
                         ::testing::Values("PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"));

TEST_F(RunWriterTest, ALockedStoreIsWaitedForAndNothingIsLost) {
  auto writer = begin();
  writer->channel(sample_channels()[0]);
  writer->append(0, 0, 0);
  ASSERT_TRUE(wait_for_samples(1));
  {
    auto other = Database::open(path(), FileMode::read_write, Seconds{1});
    ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
    const auto start = std::chrono::steady_clock::now();
    for (int i = 1; i < 100; ++i) writer->append(0, i, i);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));  // the caller does not wait
    sleep_for(0.1);
    ASSERT_TRUE(other->run("COMMIT"));
  }
  ASSERT_TRUE(writer->end(ended(Seconds{100})));
  EXPECT_EQ(open()->load("")->traces[0].size(), 100u);
}

TEST_F(RunWriterTest, ManyReadingsThatWaitedAreWrittenInOne) {
  constexpr std::size_t many = 150'000;  // longer than any one block may be
  auto writer = begin();
  writer->channel(sample_channels()[0]);
  std::vector<double> times, values;
  for (std::size_t i = 0; i < many; ++i) {
    times.push_back(static_cast<double>(i) * 0.001);
    values.push_back(sample_value(0, static_cast<int>(i)));
  }
  writer->append(0, times, values);
  const auto done = writer->end(ended(Seconds{150}));
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(open()->load("")->traces[0].values, values);
}

TEST_F(RunWriterTest, AStoreLockedForGoodIsReportedAtTheEndInTime) {
  auto store = RunStore::open(path().string(), Access::write, {.busy_timeout = Seconds{0.05}});
  ASSERT_TRUE(store);
  auto other = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  const auto writer =
      *(*store)->record({}, {.commit_interval = Seconds{0.01}, .finish_timeout = Seconds{0.3}});
  writer->channel(sample_channels()[0]);
  writer->append(0, 0, 0);
  sleep_for(0.2);
  EXPECT_EQ(writer->status().error().kind, ErrorKind::retry);
  const auto start = std::chrono::steady_clock::now();
  const auto done = writer->end(ended(Seconds{1}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("locked"));
  EXPECT_EQ(writer->dropped(), 1u);
}

TEST_F(RunWriterTest, ABufferThatOverflowsIsReportedNotGrown) {
  auto store = RunStore::open(path().string(), Access::write, {.busy_timeout = Seconds{0.01}});
  auto other = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  const auto writer = *(*store)->record(
      {}, {.commit_interval = Seconds{0.01}, .finish_timeout = Seconds{1}, .buffer_bytes = 1600});
  writer->channel(sample_channels()[0]);
  for (int i = 0; i < 150; ++i) writer->append(0, i, i);
  EXPECT_EQ(writer->dropped(), 50u);
  ASSERT_TRUE(other->run("COMMIT"));
  const auto done = writer->end(ended(Seconds{150}));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("50 readings"));
  const auto run = open()->load("");
  EXPECT_EQ(run->traces[0].size(), 100u);
  EXPECT_EQ(run->status, trace::RunStatus::finished);
  EXPECT_THAT(run->notes, ::testing::Contains(HasSubstr("50 readings were lost")));
}

TEST_F(RunWriterTest, OfAMillionValuesOfAMetricTheCourseIsKept) {
  auto writer = begin();
  for (int i = 0; i < 1'000'000; ++i) writer->metric({Seconds{1e-3 * i}, std::nullopt, "loss", 1.0 * i});
  writer->metric({Seconds{1000}, std::nullopt, "accuracy", 0.5});
  ASSERT_TRUE(writer->end(ended(Seconds{1000})));
  const auto run = open()->load("");
  ASSERT_TRUE(run);
  std::vector<double> losses;
  for (const auto& point : run->metrics)
    if (point.name == "loss") losses.push_back(point.value);
  EXPECT_EQ(run->metrics.size(), losses.size() + 1);
  EXPECT_THAT(losses.size(), ::testing::AllOf(::testing::Ge(50'000u), ::testing::Le(80'000u)));
  EXPECT_EQ(losses[9'999], 9'999);
  EXPECT_TRUE(std::ranges::is_sorted(losses));
  EXPECT_EQ(losses.back(), 999'999);
  EXPECT_THAT(run->notes, ::testing::Contains(HasSubstr("of 1000000 values of the metric loss")));
}

TEST_F(RunWriterTest, MetricsThatWaitAreBoundedToo) {
  auto store = RunStore::open(path().string(), Access::write, {.busy_timeout = Seconds{0.01}});
  auto other = Database::open(path(), FileMode::read_write, Seconds{1});
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  const auto writer = *(*store)->record(
      {}, {.commit_interval = Seconds{0.01}, .finish_timeout = Seconds{1}, .buffer_bytes = 10'000});
  for (int i = 0; i < 1000; ++i) writer->metric({Seconds{0.1}, std::nullopt, "loss", 1.0 * i});
  ASSERT_TRUE(other->run("COMMIT"));
  ASSERT_TRUE(writer->end(ended(Seconds{1})));
  const auto run = open()->load("");
  EXPECT_LT(run->metrics.size(), 200u);
  EXPECT_GT(run->metrics.size(), 50u);
  EXPECT_THAT(run->notes, ::testing::Contains(HasSubstr("metrics were lost")));
}

TEST_F(RunWriterTest, ARunThatIsRemovedWhileItRunsEndsQuietly) {
  auto writer = begin();
  writer->channel(sample_channels()[0]);
  writer->append(0, 0, 0);
  ASSERT_TRUE(wait_for_samples(1));
  ASSERT_TRUE(open()->remove("", true));
  writer->append(0, 1, 1);
  const auto done = writer->end(ended(Seconds{2}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::gone);
  EXPECT_THAT(*open()->find(), IsEmpty());
}

TEST_F(RunWriterTest, ARunTakenForDeadComesBack) {
  auto writer = begin();
  writer->channel(sample_channels()[0]);
  writer->append(0, 0, 0);
  ASSERT_TRUE(wait_for_samples(1));
  // Seen from another container: the process number means nothing there, and the last heartbeat is old.
  testing::TemporaryDirectory elsewhere;
  elsewhere.write("sys/kernel/random/boot_id", "another boot\n");
  FakeClock later;
  later.step_wall(system_clock().wall() - later.wall() + Seconds{3600});
  auto other =
      RunStore::open(path().string(), Access::write, {.roots = {.proc = elsewhere.path()}, .clock = &later});
  ASSERT_TRUE(other);
  EXPECT_EQ((*other)->recovered().size(), 1u);
  writer->append(0, 1, 1);
  sleep_for(0.1);
  EXPECT_EQ(open()->find()->front().status, trace::RunStatus::running);
  ASSERT_TRUE(writer->end(ended(Seconds{2})));
  EXPECT_EQ(open()->load("")->traces[0].size(), 2u);
}

}  // namespace
}  // namespace joulecast::store
