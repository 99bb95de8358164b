#include "formats/sacct.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace joulecast::formats {
namespace {

using ::testing::HasSubstr;

TEST(Sacct, TheJobsOwnFigureIsTakenBeforeThatOfItsSteps) {
  const auto jobs = read_sacct(
      "4711|eva|vision|gpu|COMPLETED|3600|500000\n"
      "4711.batch|||||3600|400000\n"
      "4711.0||||COMPLETED|1800|90000\n");
  ASSERT_TRUE(jobs);
  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().energy->value(), 500000);
  EXPECT_EQ(jobs->front().elapsed->value(), 3600);
  EXPECT_EQ(jobs->front().user, "eva");
}

TEST(Sacct, ARequeuedJobHasSeveralLinesThatAreAddedUp) {
  const auto jobs = read_sacct(
      "7|eva|vision|gpu|PREEMPTED|100|1000\n"
      "7|eva|vision|gpu|COMPLETED|50|600\n");
  EXPECT_EQ(jobs->front().energy->value(), 1600);
  EXPECT_EQ(jobs->front().elapsed->value(), 150);
  EXPECT_EQ(jobs->front().state, "COMPLETED");
}

TEST(Sacct, OfEachAttemptTheJobsFigureOrElseThatOfItsStepsCounts) {
  const auto jobs = read_sacct(
      "7|eva|vision|gpu|PREEMPTED|100|0\n"
      "7.batch||||CANCELLED|100|1000\n"
      "7|eva|vision|gpu|COMPLETED|50|600\n"
      "7.batch||||COMPLETED|50|500\n");
  EXPECT_EQ(jobs->front().energy->value(), 1600);
}

TEST(Sacct, TheNodesAreThoseOfEachAttempt) {
  const auto jobs = read_sacct(
      "7|eva|vision|gpu|PREEMPTED|100|0|n[1-2]\n"
      "7.batch||||CANCELLED|100|0|n1\n"
      "7|eva|vision|gpu|COMPLETED|50|0|n[3-4]\n"
      "8|eva|vision|gpu|PENDING|0|0|None assigned\n");
  ASSERT_TRUE(jobs);
  EXPECT_THAT(jobs->front().node_lists, ::testing::ElementsAre("n[1-2]", "n[3-4]"));
  EXPECT_THAT(jobs->back().node_lists, ::testing::IsEmpty());
}

TEST(Sacct, LargeFiguresMayBeShortened) {
  const std::pair<const char*, double> written[] = {{"3K", 3000}, {"3.27M", 3.27e6}, {"1.5G", 1.5e9}};
  for (const auto& [text, joules] : written)
    EXPECT_DOUBLE_EQ(read_sacct(fmt::format("7|eva|||DONE|10|{}\n", text))->front().energy->value(), joules);
  EXPECT_FALSE(read_sacct("7|eva|||DONE|10|K\n")->front().energy);
}

TEST(Sacct, WithoutAMeterThereIsNoEnergyAndNeverZero) {
  for (const char* energy : {"0", "", "18446744073709551614", "1.8e19", "nan", "-5"}) {
    const auto jobs = read_sacct(fmt::format("7|eva|||RUNNING|10|{}\n7.extern||||||99\n", energy));
    ASSERT_TRUE(jobs) << energy;
    EXPECT_FALSE(jobs->front().energy) << energy;
  }
}

TEST(Sacct, RubbishIsRefusedWithItsLineAndLeftOutAmongGoodLines) {
  const auto jobs = read_sacct("\nslurm_load_jobs error: Unable to contact\n");
  ASSERT_FALSE(jobs);
  EXPECT_EQ(jobs.error().kind, ErrorKind::malformed);
  EXPECT_THAT(jobs.error().where, HasSubstr("2"));
  EXPECT_EQ(read_sacct("what\n7|e|a|p|DONE|1|2\n7;8|e|a|p|DONE|1|2\n")->size(), 1u);
  EXPECT_TRUE(read_sacct("")->empty());
}

}  // namespace
}  // namespace joulecast::formats
