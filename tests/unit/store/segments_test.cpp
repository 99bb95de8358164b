// Runs that go on with each other, and runs of jobs, as a store finds them.
#include "store/segments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"
#include "unit/store/sample_runs.hpp"

namespace joulecast::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class SegmentsOf : public ::testing::Test {
 protected:
  SegmentsOf() : store_(*RunStore::open((folder_.path() / "runs.db").string())) {}

  void add(const std::string& id, const std::string& continues, std::int64_t started_s = 0) {
    auto run = sample_run(20);
    run.info.id = id;
    run.info.continues = continues;
    run.info.job = job_;
    run.started = WallTime{started_s * 1'000'000'000};
    ASSERT_TRUE(store_->import_run(run));
  }
  std::vector<std::string> found(RunQuery query) const {
    std::vector<std::string> ids;
    const auto rows = store_->find(query);
    EXPECT_TRUE(rows) << to_string(rows.error());
    if (rows)
      for (const auto& row : *rows) ids.push_back(row.id);
    return ids;
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<RunStore> store_;
  trace::Job job_;
};

TEST_F(SegmentsOf, AnySegmentLeadsToAllInTheirOrderWhateverTheClocksSay) {
  add("a", "", 500);
  add("b", "a", 100);
  add("c", "b", 300);
  add("other", "");
  for (const std::string id : {"a", "b", "c"}) {
    const auto segments = segments_of(*store_, id);
    ASSERT_TRUE(segments) << to_string(segments.error());
    EXPECT_THAT(segments->ids, ElementsAre("a", "b", "c"));
    EXPECT_EQ(segments->lost, "");
  }
  EXPECT_THAT(segments_of(*store_, "other")->ids, ElementsAre("other"));
  EXPECT_EQ(read_joined(*store_, *segments_of(*store_, "b"), Reading::summary)->info.segments.size(), 3u);
}

TEST_F(SegmentsOf, TwoRunsMayHaveGoneOnWithTheSameOne) {
  add("a", "");
  add("b", "a", 1);
  add("c", "a", 2);
  EXPECT_THAT(segments_of(*store_, "c")->ids, ElementsAre("a", "b", "c"));
}

TEST_F(SegmentsOf, ALostPredecessorIsNamed) {
  add("b", "a");
  const auto segments = segments_of(*store_, "b");
  ASSERT_TRUE(segments) << to_string(segments.error());
  EXPECT_EQ(segments->lost, "a");
  EXPECT_THAT(read_joined(*store_, *segments, Reading::whole)->notes.back(),
              HasSubstr("is not in this store"));
}

TEST_F(SegmentsOf, LinksInACircleEnd) {
  add("a", "b");
  add("b", "a");
  const auto segments = segments_of(*store_, "a");
  ASSERT_TRUE(segments);
  EXPECT_THAT(segments->ids, UnorderedElementsAre("a", "b"));
}

TEST_F(SegmentsOf, AQueryTellsPartsFromWholeRuns) {
  add("a", "");
  add("b", "a");
  add("c", "b");
  add("alone", "");
  EXPECT_THAT(found({.segments = Segments::none}), ElementsAre("alone"));
  EXPECT_THAT(found({.segments = Segments::part}), UnorderedElementsAre("a", "b", "c"));
  EXPECT_THAT(found({.segments = Segments::last}), ElementsAre("c"));
  EXPECT_EQ(*store_->count({.segments = Segments::part}), 3u);
  EXPECT_THAT(found({.continues = "b"}), ElementsAre("c"));
}

TEST_F(SegmentsOf, RunsOfJobsComeJobByJob) {
  job_.scheduler = "slurm";
  job_.id = "2";
  job_.user = "eva";
  add("x", "", 200);
  job_.id = "1";
  job_.user = "ida";
  job_.account = "vision";
  add("y", "", 300);
  add("z", "", 100);
  const auto runs_of = [&](const JobQuery& query) {
    std::vector<std::string> ids;
    EXPECT_TRUE(
        store_->each_job_run(query, [&](const JobRun& run) { ids.push_back(run.job + run.id + run.user); }));
    return ids;
  };
  EXPECT_THAT(runs_of({}), ElementsAre("1zida", "1yida", "2xeva"));
  EXPECT_THAT(runs_of({.user = "eva"}), ElementsAre("2xeva"));
  EXPECT_THAT(runs_of({.account = "vision", .since = WallTime{200'000'000'000}}), ElementsAre("1yida"));
  EXPECT_THAT(found({.job_key = "slurm 2"}), ElementsAre("x"));
}

}  // namespace
}  // namespace joulecast::store
