// The store on a server. $JOULECAST_TEST_POSTGRES names an empty database that the tests may do anything with
// (tests/server/store_unit_test.py starts a server and gives it); without it they are skipped.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "store/journal_file.hpp"
#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"
#include "trace/energy.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* url = std::getenv("JOULECAST_TEST_POSTGRES");
    if (url == nullptr) GTEST_SKIP() << "JOULECAST_TEST_POSTGRES names no database";
    url_ = url;
    ::setenv("XDG_DATA_HOME", folder_.path().c_str(), 1);
    const auto store = open();
    const auto rows = store->find().value();
    for (const auto& row : rows) ASSERT_TRUE(store->remove(row.id, true));
  }
  void TearDown() override { ::unsetenv("XDG_DATA_HOME"); }
  [[nodiscard]] std::unique_ptr<RunStore> open(Access access = Access::write) const {
    auto store = RunStore::open(url_, access);
    if (!store) throw std::runtime_error(to_string(store.error()));
    return std::move(*store);
  }
  std::string url_;
  testing::TemporaryDirectory folder_;
};

void expect_same(const trace::Run& a, const trace::Run& b) {
  EXPECT_EQ(a.info.id, b.info.id);
  EXPECT_EQ(a.info.name, b.info.name);
  EXPECT_EQ(a.command, b.command);
  EXPECT_EQ(a.tags, b.tags);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.span, b.span);
  EXPECT_EQ(a.notes, b.notes);
  ASSERT_EQ(a.traces.size(), b.traces.size());
  for (std::size_t i = 0; i < a.traces.size(); ++i) {
    EXPECT_EQ(a.traces[i].times, b.traces[i].times) << i;
    EXPECT_EQ(a.traces[i].values, b.traces[i].values) << i;
    EXPECT_EQ(a.traces[i].gaps, b.traces[i].gaps) << i;
  }
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    EXPECT_EQ(a.epochs[i].span, b.epochs[i].span);
    EXPECT_EQ(a.epochs[i].metrics, b.epochs[i].metrics);
  }
  EXPECT_EQ(a.metrics.size(), b.metrics.size());
  EXPECT_EQ(trace::energy_of(a).total, trace::energy_of(b).total);
}

TEST_F(PostgresTest, ARunReturnsAsItWasInAFile) {
  const auto run = sample_run(9000);
  auto file = RunStore::open((folder_.path() / "runs.db").string()).value();
  ASSERT_EQ(file->import_run(run), run.info.id);
  ASSERT_EQ(open()->import_run(run), run.info.id);
  expect_same(open()->load(run.info.id).value(), file->load(run.info.id).value());
  const auto here = open()->summary(run.info.id).value(), there = file->summary(run.info.id).value();
  EXPECT_EQ(trace::energy_of(here).total, trace::energy_of(there).total);
  EXPECT_EQ(open()->find().value().front().energy, file->find().value().front().energy);
}

/// The server adds up by itself what is added up here for a file.
TEST_F(PostgresTest, SumsAreThoseOfAFile) {
  auto file = RunStore::open((folder_.path() / "runs.db").string()).value();
  const auto server = open();
  for (int i = 0; i < 12; ++i) {
    auto run = sample_run(20 + i);
    run.info.id = "run-" + std::to_string(i);
    run.host.hostname = i % 3 == 0 ? "" : "node" + std::to_string(i % 3);
    if (i % 2 == 0) run.tags = {{"user", "u" + std::to_string(i % 4)}};
    if (i == 5) run.traces.clear(), run.epochs.clear();
    ASSERT_TRUE(file->import_run(run));
    ASSERT_TRUE(server->import_run(run));
  }
  const auto words = [](const std::vector<RunSum>& sums) {
    std::vector<std::string> lines;
    for (const auto& sum : sums)
      lines.push_back(fmt::format("{}: {} + {} runs, {:.9g} J, {} unknown", sum.name, sum.ended, sum.running,
                                  sum.energy.value(), sum.without_energy));
    return lines;
  };
  const std::vector<std::string> tags{"user", "absent"};
  for (const auto& query : {RunQuery{}, RunQuery{.host = "node2"}, RunQuery{.host = "none"}}) {
    const auto here = file->sums(tags, query).value(), there = server->sums(tags, query).value();
    EXPECT_EQ(words(here.hosts), words(there.hosts));
    for (const auto& tag : tags) EXPECT_EQ(words(here.tags.at(tag)), words(there.tags.at(tag))) << tag;
  }
}

TEST_F(PostgresTest, TextThatIsNoUtf8IsStored) {
  auto run = sample_run(10);
  run.info.name = std::string("caf\xe9") + '\0' + "x";
  run.command = {"python", "na\xefve.py"};
  run.info.training.architecture = std::string("net") + '\0';
  run.host.cpu_model = std::string("\\u0000 and ") + '\0';
  const auto id = open()->import_run(run).value();
  EXPECT_EQ(open()->row(id).value().name, "caf\xef\xbf\xbd\xef\xbf\xbdx");
  // The documents of all runs can still be looked into.
  EXPECT_EQ(open()->find({.search = "nothing like this"}).value().size(), 0u);
  const auto asked = open()->query({"select architecture, tags from runs"}, {});
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->rows.size(), 1u);
}

TEST_F(PostgresTest, ARecordedRunIsDeliveredAndItsJournalRemoved) {
  const auto sample = sample_run(300);
  auto writer = RunStore::record_in(url_, sample, {}, {}).value();
  for (const auto& trace : sample.traces) writer->channel(trace.channel);
  for (std::size_t i = 0; i < sample.traces.size(); ++i)
    writer->append(i, sample.traces[i].times, sample.traces[i].values);
  for (std::size_t i = 0; i < sample.epochs.size(); ++i) writer->epoch(i, sample.epochs[i]);
  writer->note("a note");
  ASSERT_TRUE(writer->end(sample));
  ASSERT_FALSE(writer->waiting()) << writer->waiting()->reason;
  const auto run = open()->load(writer->id()).value();
  ASSERT_EQ(run.traces.size(), sample.traces.size());
  for (std::size_t i = 0; i < run.traces.size(); ++i)
    EXPECT_EQ(run.traces[i].values, sample.traces[i].values);
  EXPECT_EQ(run.epochs.size(), sample.epochs.size());
  EXPECT_EQ(run.status, sample.status);
  EXPECT_THAT(waiting_journals(), IsEmpty());
}

TEST_F(PostgresTest, ARunThatIsRemovedWhileItRunsIsGivenUp) {
  auto writer = RunStore::record_in(url_, sample_run(10), {}, {.commit_interval = Seconds{0.05}}).value();
  for (int i = 0; i < 200 && open()->find().value().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(open()->remove(writer->id(), true));
  for (int i = 0; i < 200 && writer->status(); ++i) {
    writer->note("more");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_FALSE(writer->status());
  EXPECT_EQ(writer->status().error().kind, ErrorKind::gone);
  (void)writer->end(sample_run(10));
  EXPECT_THAT(waiting_journals(), IsEmpty());
  EXPECT_THAT(open()->find().value(), IsEmpty());
}

}  // namespace
}  // namespace joulecast::store
