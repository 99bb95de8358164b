// Texts are those of Slurm 22.05.
#include "lab/slurm/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/slurm/batch.hpp"

namespace joulecast::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Slurm, QueueIsReadByTask) {
  const auto tasks = parse_queue("17 3 RUNNING\n17 4 PENDING\n18 N/A RUNNING\n\nslurm_load_jobs error\n");
  EXPECT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks.at({"17", 3}), "RUNNING");
  EXPECT_EQ(tasks.at({"17", 4}), "PENDING");
  EXPECT_THAT(parse_queue(""), IsEmpty());
}

TEST(Slurm, EndsAreReadFromTheAccounting) {
  EXPECT_EQ(parse_accounting("TIMEOUT|0:0\n")->state, "TIMEOUT");
  EXPECT_EQ(parse_accounting("CANCELLED by 1000|0:15\n")->state, "CANCELLED");
  EXPECT_EQ(parse_accounting("FAILED|2:0\n")->exit, "2:0");
  EXPECT_FALSE(parse_accounting(""));
  EXPECT_FALSE(parse_accounting("Slurm accounting storage is disabled\n"));
}

TEST(Slurm, EndsAreReadFromTheController) {
  const auto end = parse_job(
      "JobId=19 ArrayJobId=17 ArrayTaskId=3 JobName=joulecast-vision-1 UserId=root(0) JobState=NODE_FAIL "
      "Reason=NodeDown Dependency=(null) Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0 "
      "RunTime=00:00:07\n");
  ASSERT_TRUE(end);
  EXPECT_EQ(end->state, "NODE_FAIL");
  EXPECT_EQ(end->exit, "0:0");
  EXPECT_FALSE(parse_job("slurm_load_jobs error: Invalid job id specified\n"));
}

TEST(Slurm, StatesAreOutcomes) {
  const auto outcome = [](const char* state) { return judge({state, "0:9"}, "log").first; };
  EXPECT_EQ(outcome("TIMEOUT"), Outcome::timeout);
  EXPECT_EQ(outcome("OUT_OF_MEMORY"), Outcome::out_of_memory);
  EXPECT_EQ(outcome("NODE_FAIL"), Outcome::killed);
  EXPECT_EQ(outcome("CANCELLED"), Outcome::interrupted);
  EXPECT_EQ(outcome("PREEMPTED"), Outcome::interrupted);
  EXPECT_THAT(judge({"FAILED", "2:0"}, "slurm-1-0.log"),
              Pair(Outcome::failed, "FAILED with exit 2:0 in Slurm without a result; see slurm-1-0.log"));
  EXPECT_EQ(judge({"FAILED", "143:0"}, "log").first, Outcome::killed);
  EXPECT_THAT(judge({}, "log"), Pair(Outcome::failed, HasSubstr("forgotten")));
}

TEST(SlurmScript, SaysWhatTheEnvironmentWants) {
  Plan plan;
  plan.home = "/shared/it's here/vision.toml";
  plan.name = "vision of 'x'";
  plan.timeout = Seconds{3600};
  plan.grace = Seconds{30};
  Environment environment;
  environment.partition = "gpu";
  environment.constraint = "a100&nvlink";
  Batch batch{3, {{Role::cell, "0123456789abcdef", 2, 1}, {Role::cell, "0123456789abcdef", 3, 1}}, {}};
  const auto text = script_of(plan, batch, &environment, "/opt/joulecast", "");
  EXPECT_THAT(text, HasSubstr("#SBATCH --job-name=joulecast-vision_of__x_-3\n"));
  EXPECT_THAT(text, HasSubstr("#SBATCH --array=0-1\n"));
  EXPECT_THAT(text, HasSubstr("--exclusive"));
  EXPECT_THAT(text, HasSubstr("#SBATCH --time=63\n"));  // 3600 + 30 + 120 s
  EXPECT_THAT(text, HasSubstr("#SBATCH --partition=gpu\n"));
  EXPECT_THAT(text, HasSubstr("#SBATCH --constraint=\"a100&nvlink\"\n"));
  EXPECT_THAT(text, HasSubstr("exec '/opt/joulecast' lab task '/shared/it'\\''s here/vision.toml' --tasks "
                              "'/shared/it'\\''s here/vision.tasks/slurm-3.tasks' --index "
                              "\"$SLURM_ARRAY_TASK_ID\"\n"));
  EXPECT_THAT(script_of(plan, batch, nullptr, "joulecast", "postgresql://host/runs"),
              HasSubstr(" --store 'postgresql://host/runs'\n"));
}

}  // namespace
}  // namespace joulecast::lab
