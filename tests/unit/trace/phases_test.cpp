#include "trace/phases.hpp"

#include <gtest/gtest.h>

namespace joulecast::trace {
namespace {

Phase phase(double begin, double end, double total, std::string unit = "epoch") {
  Phase phase;
  phase.unit = std::move(unit);
  phase.span = {Seconds{begin}, Seconds{end}};
  phase.work = phase.total_work.emplace(total);
  return phase;
}

TEST(Phases, OnlyTheLastPhasesProjectionsStand) {
  trace::Run run;
  run.phases = {phase(0, 10, 3), phase(10, 30, 7)};
  for (const double time : {5.0, 10.0, 12.0}) {
    auto& projection = run.projections.emplace_back();
    projection.time = Seconds{time};
    projection.ready = true;
  }
  withdraw_projections(run);
  for (const std::size_t before : {0, 1}) {
    EXPECT_TRUE(run.projections[before].withdrawn);
    EXPECT_FALSE(run.projections[before].ready);
  }
  EXPECT_FALSE(run.projections[2].withdrawn);
  EXPECT_TRUE(run.projections[2].ready);

  run.phases.pop_back();
  run.projections[0] = {};
  withdraw_projections(run);
  EXPECT_FALSE(run.projections[0].withdrawn) << "a single phase withdraws nothing";
}

TEST(Phases, AllWorkIsDoneWhereAsMuchWasAnnouncedAndNoMoreIsDone) {
  trace::Run run;
  EXPECT_FALSE(all_work_is_done(run));
  run.phases = {phase(0, 10, 3)};
  EXPECT_TRUE(all_work_is_done(run));
  run.phases[0].work = 2.9;
  EXPECT_FALSE(all_work_is_done(run));
  run.phases[0].work = 4;
  EXPECT_FALSE(all_work_is_done(run)) << "more than announced: nobody knows how much";
  run.phases[0].total_work.reset();
  EXPECT_FALSE(all_work_is_done(run));

  run.phases = {phase(0, 10, 3), phase(10, 20, 3)};  // two folds
  EXPECT_TRUE(all_work_is_done(run));
  run.info.work_unit = "epoch";
  run.info.total_work = 9;  // of three
  EXPECT_FALSE(all_work_is_done(run));
  run.phases.push_back(phase(20, 30, 3));
  EXPECT_TRUE(all_work_is_done(run));
}

TEST(Phases, NothingIsReadyOfARunWhoseForecastIsInDoubt) {
  trace::Run run;
  run.phases = {phase(0, 10, 3)};
  run.projections.emplace_back().ready = true;
  withdraw_projections(run);
  EXPECT_TRUE(run.projections[0].ready);
  run.info.forecast_doubt = "contradictory";
  withdraw_projections(run);
  EXPECT_FALSE(run.projections[0].ready);
  EXPECT_FALSE(run.projections[0].withdrawn);
}

TEST(Phases, ProjectionsForAllFoldsStand) {
  trace::Run run;
  run.phases = {phase(0, 10, 5), phase(10, 20, 5)};
  run.info.total_work = 15;
  run.info.work_unit = "epoch";
  run.projections.emplace_back().time = Seconds{5};
  EXPECT_TRUE(total_covers_phases(run));
  withdraw_projections(run);
  EXPECT_FALSE(run.projections[0].withdrawn);
  run.info.total_work = 4;  // of folds that ended early
  EXPECT_TRUE(total_covers_phases(run));
  run.info.total_work = 5;  // of the last one alone
  EXPECT_FALSE(total_covers_phases(run));
  run.info.total_work = 15;
  run.info.work_unit = "step";
  EXPECT_FALSE(total_covers_phases(run));
}

TEST(Phases, FoldsMayGoOnAndAFineTuningIsTheLast) {
  EXPECT_FALSE(may_count_again(std::vector{phase(0, 10, 5)}));
  EXPECT_TRUE(may_count_again(std::vector{phase(0, 10, 5), phase(10, 20, 5)}));
  EXPECT_FALSE(may_count_again(std::vector{phase(0, 10, 5), phase(10, 20, 15)}));
  EXPECT_FALSE(may_count_again(std::vector{phase(0, 10, 5), phase(10, 20, 5, "step")}));
  EXPECT_TRUE(may_count_again(std::vector{phase(0, 10, 5), phase(10, 20, 15), phase(20, 30, 7)}));
  auto unknown = phase(10, 20, 5);
  unknown.total_work.reset();
  EXPECT_TRUE(may_count_again(std::vector{phase(0, 10, 5), unknown}));
}

}  // namespace
}  // namespace joulecast::trace
