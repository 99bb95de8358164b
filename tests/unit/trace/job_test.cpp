// The environments that launchers make, as their manuals and trials on real clusters show them.
#include "trace/job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace joulecast::trace {
namespace {

using Variables = std::map<std::string, std::string>;

Job job_in(const Variables& variables) {
  return job_of([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

Variables slurm(Variables others = {}) {
  Variables variables{{"SLURM_JOB_ID", "4711"},
                      {"SLURM_JOB_NAME", "resnet"},
                      {"SLURM_JOB_USER", "ann"},
                      {"SLURM_JOB_ACCOUNT", "vision"},
                      {"SLURM_JOB_PARTITION", "gpu"},
                      {"SLURM_CLUSTER_NAME", "alps"},
                      {"SLURM_JOB_NUM_NODES", "3"},
                      {"SLURMD_NODENAME", "n7"},
                      {"SLURM_PROCID", "0"},
                      {"SLURM_LOCALID", "0"},
                      {"SLURM_NODEID", "0"},
                      {"SLURM_NTASKS", "9"},
                      {"SLURM_TASKS_PER_NODE", "4(x2),1"}};
  for (const auto& [name, value] : others) variables[name] = value;
  return variables;
}

TEST(Job, IsUnknownWhereNothingIsSaid) {
  const auto job = job_in({{"PATH", "/bin"}, {"RANK", ""}, {"SLURM_JOB_ID", ""}});
  EXPECT_EQ(job, Job{});
  EXPECT_FALSE(is_known(job));
  EXPECT_FALSE(may_share_node(job));
  EXPECT_EQ(key_of(job), "");
  EXPECT_EQ(job_of(nullptr), Job{});
}

TEST(Job, ReadsATaskOfSlurm) {
  const auto job = job_in(slurm({{"SLURM_STEP_ID", "0"},
                                 {"SLURM_PROCID", "6"},
                                 {"SLURM_LOCALID", "2"},
                                 {"SLURM_NODEID", "1"},
                                 {"SLURM_STEP_NUM_TASKS", "9"},
                                 {"SLURM_STEP_NUM_NODES", "3"},
                                 {"SLURM_STEP_TASKS_PER_NODE", "4(x2),1"},
                                 {"SLURM_RESTART_COUNT", "2"}}));
  EXPECT_EQ(job.scheduler, "slurm");
  EXPECT_EQ(job.id, "4711");
  EXPECT_EQ(job.step, "0");
  EXPECT_EQ(job.restarts, 2);
  EXPECT_EQ(job.name, "resnet");
  EXPECT_EQ(job.user, "ann");
  EXPECT_EQ(job.account, "vision");
  EXPECT_EQ(job.partition, "gpu");
  EXPECT_EQ(job.cluster, "alps");
  EXPECT_EQ(job.node, "n7");
  EXPECT_EQ(job.launcher, "srun");
  EXPECT_EQ(job.rank, 6);
  EXPECT_EQ(job.world_size, 9);
  EXPECT_EQ(job.local_rank, 2);
  EXPECT_EQ(job.local_size, 4);
  EXPECT_EQ(job.node_rank, 1);
  EXPECT_EQ(job.node_count, 3);
  EXPECT_TRUE(may_share_node(job));
  EXPECT_EQ(key_of(job), "slurm 4711.0");
}

TEST(Job, CountsTheTasksOfEachNode) {
  const auto on_node = [](const char* node, const char* list) {
    return job_in(
               slurm({{"SLURM_STEP_ID", "0"}, {"SLURM_NODEID", node}, {"SLURM_STEP_TASKS_PER_NODE", list}}))
        .local_size;
  };
  EXPECT_EQ(on_node("0", "4(x2),1"), 4);
  EXPECT_EQ(on_node("1", "4(x2),1"), 4);
  EXPECT_EQ(on_node("2", "4(x2),1"), 1);
  EXPECT_EQ(on_node("0", "2"), 2);
  EXPECT_EQ(on_node("2", "2"), std::nullopt);
  for (const char* wrong : {"", "x", "0", "-1", "2(x", "2(x0)", "2(xx)", ",", "99999999999999999999"})
    EXPECT_NE(on_node("0", wrong), 0) << wrong;
}

TEST(Job, HasNoRankInABatchScript) {
  for (const auto& step : {Variables{}, Variables{{"SLURM_STEP_ID", "4294967291"}}}) {
    const auto job = job_in(slurm(step));
    EXPECT_EQ(job.id, "4711");
    EXPECT_EQ(job.rank, std::nullopt);
    EXPECT_EQ(job.launcher, "");
    EXPECT_FALSE(may_share_node(job));
  }
  EXPECT_EQ(job_in(slurm({{"SLURM_STEP_ID", "4294967291"}})).step, "batch");
  EXPECT_EQ(job_in(slurm({{"SLURM_STEPID", "4294967290"}})).step, "interactive");
}

TEST(Job, KnowsArraysAndHeterogeneousJobs) {
  const auto job = job_in(slurm({{"SLURM_ARRAY_JOB_ID", "4700"},
                                 {"SLURM_ARRAY_TASK_ID", "11"},
                                 {"SLURM_HET_SIZE", "2"},
                                 {"SLURM_JOB_ID_HET_GROUP_0", "4710"},
                                 {"SLURM_JOB_ID_HET_GROUP_1", "4711"}}));
  EXPECT_EQ(job.array_id, "4700");
  EXPECT_EQ(job.array_index, 11);
  EXPECT_EQ(job.het_id, "4710");
  EXPECT_EQ(job.het_component, 1);
}

Variables torchrun(Variables others = {}) {
  Variables variables{{"RANK", "5"},
                      {"WORLD_SIZE", "8"},
                      {"LOCAL_RANK", "1"},
                      {"LOCAL_WORLD_SIZE", "4"},
                      {"GROUP_RANK", "1"},
                      {"GROUP_WORLD_SIZE", "2"},
                      {"MASTER_ADDR", "n1"},
                      {"MASTER_PORT", "29500"},
                      {"TORCHELASTIC_RUN_ID", "none"},
                      {"TORCHELASTIC_RESTART_COUNT", "0"}};
  for (const auto& [name, value] : others) variables[name] = value;
  return variables;
}

TEST(Job, ReadsAWorkerOfTorchrun) {
  const auto job = job_in(torchrun());
  EXPECT_EQ(job.launcher, "torchrun");
  EXPECT_EQ(job.rank, 5);
  EXPECT_EQ(job.world_size, 8);
  EXPECT_EQ(job.local_rank, 1);
  EXPECT_EQ(job.local_size, 4);
  EXPECT_EQ(job.node_rank, 1);
  EXPECT_EQ(job.node_count, 2);
  EXPECT_EQ(job.restarts, 0);
  EXPECT_EQ(key_of(job), "torchrun n1:29500");
  EXPECT_EQ(key_of(job_in(torchrun({{"TORCHELASTIC_RUN_ID", "abc"}}))), "torchrun abc");
}

/// Elastic workers get a new port with every rendezvous, but keep their id.
TEST(Job, KeepsItsKeyWhenTorchrunBeginsAgain) {
  const auto first = job_in(torchrun({{"TORCHELASTIC_RUN_ID", "abc"}}));
  const auto again = job_in(torchrun(
      {{"TORCHELASTIC_RUN_ID", "abc"}, {"MASTER_PORT", "41234"}, {"TORCHELASTIC_RESTART_COUNT", "1"}}));
  EXPECT_EQ(key_of(first), key_of(again));
  EXPECT_EQ(again.restarts, 1);
}

TEST(Job, OfTorchrunInATaskOfSlurmHasTheRanksOfTorchrunAndTheStepOfSlurm) {
  auto variables = slurm({{"SLURM_STEP_ID", "0"},
                          {"SLURM_PROCID", "1"},
                          {"SLURM_NODEID", "1"},
                          {"SLURM_STEP_TASKS_PER_NODE", "1(x2)"}});
  variables.merge(torchrun());
  const auto job = job_in(variables);
  EXPECT_EQ(job.launcher, "torchrun");
  EXPECT_EQ(job.rank, 5);
  EXPECT_EQ(job.local_rank, 1);
  EXPECT_EQ(job.local_size, 4);
  EXPECT_EQ(key_of(job), "slurm 4711.0, torchrun n1:29500");
}

TEST(Job, TakesTheRestFromSlurmWhereAScriptSetsSomeVariablesOfTorch) {
  const auto job = job_in(slurm({{"SLURM_STEP_ID", "0"},
                                 {"SLURM_PROCID", "1"},
                                 {"SLURM_LOCALID", "1"},
                                 {"SLURM_NTASKS", "2"},
                                 {"SLURM_NTASKS_PER_NODE", "2"},
                                 {"SLURM_TASKS_PER_NODE", ""},
                                 {"LOCAL_RANK", "1"}}));
  EXPECT_EQ(job.launcher, "srun");
  EXPECT_EQ(job.rank, 1);
  EXPECT_EQ(job.world_size, 2);
  EXPECT_EQ(job.local_size, 2);
  EXPECT_TRUE(may_share_node(job));
}

TEST(Job, ReadsAProcessOfOpenMpi) {
  const auto job = job_in({{"OMPI_COMM_WORLD_RANK", "3"},
                           {"OMPI_COMM_WORLD_SIZE", "4"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                           {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                           {"PMIX_NAMESPACE", "3224109057"},
                           {"PMIX_RANK", "3"}});
  EXPECT_EQ(job.launcher, "openmpi");
  EXPECT_EQ(job.rank, 3);
  EXPECT_EQ(job.local_size, 2);
  EXPECT_EQ(key_of(job), "openmpi 3224109057");
}

TEST(Job, ReadsAProcessOfPmixAlone) {
  const auto job = job_in({{"PMIX_RANK", "3"}, {"PMIX_NAMESPACE", "prterun-1@1"}});
  EXPECT_EQ(job.launcher, "pmix");
  EXPECT_EQ(job.rank, 3);
  EXPECT_FALSE(may_share_node(job));  // its place on the node is not said
}

TEST(Job, ReadsProcessesOfMpichDeepSpeedAndFlux) {
  const auto mpich =
      job_in({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}, {"MPI_LOCALRANKID", "1"}, {"MPI_LOCALNRANKS", "2"}});
  EXPECT_EQ(mpich.launcher, "mpich");
  EXPECT_EQ(mpich.rank, 1);
  EXPECT_EQ(mpich.local_size, 2);
  const auto deepspeed = job_in({{"RANK", "1"},
                                 {"WORLD_SIZE", "2"},
                                 {"LOCAL_RANK", "1"},
                                 {"LOCAL_SIZE", "2"},
                                 {"CROSS_RANK", "0"},
                                 {"CROSS_SIZE", "1"},
                                 {"MASTER_ADDR", "127.0.0.1"},
                                 {"MASTER_PORT", "29500"}});
  EXPECT_EQ(deepspeed.launcher, "deepspeed");
  EXPECT_EQ(deepspeed.local_size, 2);
  EXPECT_EQ(deepspeed.node_count, 1);
  EXPECT_EQ(key_of(deepspeed), "deepspeed 127.0.0.1:29500");
  const auto flux = job_in(
      {{"FLUX_JOB_ID", "f2a"}, {"FLUX_TASK_RANK", "1"}, {"FLUX_JOB_SIZE", "2"}, {"FLUX_TASK_LOCAL_ID", "1"}});
  EXPECT_EQ(key_of(flux), "flux f2a");
  EXPECT_TRUE(may_share_node(flux));
}

TEST(Job, LeavesOutWhatCannotBe) {
  EXPECT_EQ(job_in({{"RANK", "-1"}, {"LOCAL_RANK", "x"}, {"WORLD_SIZE", "0"}}), Job{});
  const auto beyond =
      job_in({{"RANK", "9"}, {"LOCAL_RANK", "4"}, {"WORLD_SIZE", "8"}, {"LOCAL_WORLD_SIZE", "4"}});
  EXPECT_EQ(beyond.rank, std::nullopt);
  EXPECT_EQ(beyond.local_rank, std::nullopt);
  EXPECT_EQ(job_in({{"PBS_JOBID", std::string(5000, '1')}}), Job{});
}

TEST(Job, AloneOnItsNodeSharesItWithNobody) {
  EXPECT_FALSE(may_share_node(job_in(torchrun({{"LOCAL_RANK", "0"}, {"LOCAL_WORLD_SIZE", "1"}}))));
  EXPECT_FALSE(may_share_node(job_in({{"RANK", "0"}, {"WORLD_SIZE", "1"}, {"LOCAL_RANK", "0"}})));
}

}  // namespace
}  // namespace joulecast::trace
