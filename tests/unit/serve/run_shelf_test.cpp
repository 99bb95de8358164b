#include "serve/run_shelf.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "session/runs/open_store.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::serve {
namespace {

TEST(RunShelf, KeepsARunThatHasEnded) {
  const testing::TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  auto store = store::RunStore::open(path).value();
  auto run = store::sample_run(120);
  run.info.id = "first";
  run.info.name = "digits";
  ASSERT_TRUE(store->import_run(run));
  RunShelf shelf(path);
  const auto kept = shelf.get("digits");
  ASSERT_TRUE(kept) << to_string(kept.error());
  EXPECT_EQ((*kept)->run.info.id, "first");
  EXPECT_EQ(*shelf.get("first"), *kept) << "not read again";
  // The name means the latest run, whatever is kept.
  run.info.id = "second";
  run.started->ns += 1;
  ASSERT_TRUE(store->import_run(run));
  EXPECT_EQ((*shelf.get("digits"))->run.info.id, "second");
  ASSERT_TRUE(store->remove("first"));
  EXPECT_FALSE(shelf.get("first")) << "what was removed is not shown";
}

TEST(RunShelf, ReadsARunningRunAgain) {
  const testing::TemporaryDirectory folder;
  const auto path = (folder.path() / "runs.db").string();
  auto store = store::RunStore::open(path).value();
  trace::Run run;
  run.info.name = "live";
  run.started = system_clock().wall();
  store::WriterOptions options;
  options.commit_interval = Seconds{0.01};
  auto writer = store->record(run, options).value();
  for (int i = 0; i < 3000 && !store->row("live"); ++i)  // a thread of the run's own keeps it
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  FakeClock clock;
  RunShelf shelf(path, clock);
  const auto begun = shelf.get("live");
  ASSERT_TRUE(begun) << to_string(begun.error());
  const auto first = *begun;
  EXPECT_EQ(shelf.get("live").value(), first) << "within a second";
  clock.advance(Seconds{2});
  EXPECT_NE(shelf.get("live").value(), first);
  run.status = trace::RunStatus::finished;
  run.span = {Seconds{0}, Seconds{1}};
  ASSERT_TRUE(writer->end(run));
  EXPECT_EQ(shelf.get("live").value()->run.status, trace::RunStatus::finished) << "at once when it has ended";
}

}  // namespace
}  // namespace joulecast::serve
