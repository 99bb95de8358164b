// Tests removing, tagging and exporting stored runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "session/runs/change_runs.hpp"
#include "session/runs/export_run.hpp"
#include "session/runs/open_store.hpp"
#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::session {
namespace {

using ::testing::ElementsAre;

class StoredRuns : public ::testing::Test {
 protected:
  StoredRuns() {
    auto opened = store::RunStore::open(url());
    for (const std::string id : {"first", "second"}) {
      auto run = store::sample_run(120);
      run.info.id = id;
      run.started->ns += id == "second" ? 1 : 0;
      EXPECT_TRUE((*opened)->import_run(run));
    }
  }
  [[nodiscard]] std::string url() const { return (folder_.path() / "runs.db").string(); }
  [[nodiscard]] std::vector<std::string> ids() const {
    const auto store = store::RunStore::open(url());
    std::vector<std::string> found;
    const auto rows = (*store)->find();
    for (const auto& row : *rows) found.push_back(row.id);
    return found;
  }
  testing::TemporaryDirectory folder_;
};

TEST_F(StoredRuns, ExportStopsAtTheFirstFileThatCannotBeWritten) {
  ExportRequest request{url(), "first", {}, {}};
  request.targets.readings_csv = folder_.path() / "nowhere" / "readings.csv";
  request.targets.epochs_csv = folder_.path() / "epochs.csv";
  EXPECT_FALSE(export_run(request));
  EXPECT_FALSE(std::filesystem::exists(request.targets.epochs_csv));
  request.targets.readings_csv = folder_.path() / "readings.csv";
  const auto exported = export_run(request);
  ASSERT_TRUE(exported) << to_string(exported.error());
  EXPECT_THAT(exported->written, ElementsAre(request.targets.readings_csv, request.targets.epochs_csv));
}

TEST_F(StoredRuns, ExportNamesWhatIsMissing) {
  EXPECT_EQ(export_run({url(), "first", {}, {}}).error().where, "targets");
}

TEST_F(StoredRuns, ANameIsItsLatestRun) {
  const auto choice = choose_run(url(), "digits");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->id, "second");
  EXPECT_EQ(choice->namesakes, 2u);
}

TEST_F(StoredRuns, AreNotChangedOrRemovedByANameThatSeveralHave) {
  EXPECT_EQ(tag_run({url(), "digits", {"goal=paper"}, ""}).error().where, "digits");
  EXPECT_EQ(remove_runs({url(), {"digits"}}).error().where, "digits");
  EXPECT_EQ(ids().size(), 2u);
}

TEST_F(StoredRuns, NamedTwiceAreRemovedOnce) {
  const auto removal = remove_runs({url(), {"first", "first"}});
  ASSERT_TRUE(removal);
  EXPECT_FALSE(removal->failure);
  EXPECT_THAT(ids(), ElementsAre("second"));
}

TEST_F(StoredRuns, NothingIsRemovedWhereOneIsNotThere) {
  EXPECT_FALSE(remove_runs({url(), {"first", "third"}}));
  EXPECT_EQ(ids().size(), 2u);
}

TEST_F(StoredRuns, WhatWasRemovedBeforeAFailureIsTold) {
  const auto store = open_store(url(), store::Access::write).value();
  const auto running = store->record(trace::Run{}).value();
  running->note("begun");
  for (int i = 0; i < 500 && !store->resolve(running->id()); ++i)  // a thread of the writer's own commits it
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto removal = remove_runs({url(), std::vector<std::string>{"first", running->id()}});
  ASSERT_TRUE(removal);
  EXPECT_EQ(removal->removed.size(), 1u);
  EXPECT_TRUE(removal->failure);
}

TEST_F(StoredRuns, ATagWithoutAnythingToDoIsRefused) {
  EXPECT_EQ(tag_run({url(), "first", {}, ""}).error().where, "tags");
  EXPECT_EQ(tag_run({url(), "first", {"novalue"}, ""}).error().where, "novalue");
}

}  // namespace
}  // namespace joulecast::session
