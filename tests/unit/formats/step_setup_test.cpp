// What notes and columns of a table of speeds tell of a step.
#include "formats/step_setup.hpp"

#include <gtest/gtest.h>

#include "formats/workload_table.hpp"

namespace joulecast::formats {
namespace {

StepSetup setup_of(std::string_view notes) {
  StepSetup setup;
  read_notes(notes, setup);
  return setup;
}

TEST(ReadNotes, FindsHowGpusShareAModel) {
  const auto setup =
      setup_of("batch is the micro-batch; global batch 2048; FSDP=0 TP=4 PP=16 CP=2 VP=5 EP=8 GA=128");
  EXPECT_EQ(setup.global_batch, 2048);
  EXPECT_EQ(setup.tensor_parallel, 4);
  EXPECT_EQ(setup.pipeline_parallel, 16);
  EXPECT_EQ(setup.context_parallel, 2);
  EXPECT_EQ(setup.expert_parallel, 8);
  EXPECT_EQ(setup.virtual_stages, 5);
  EXPECT_EQ(setup_of("4-way tensor parallel").tensor_parallel, 4);
  EXPECT_EQ(setup_of("step; 4-stage pipeline").pipeline_parallel, 4);
  EXPECT_EQ(setup_of("VP=n/a").virtual_stages, 1);
}

TEST(ReadNotes, FindsWhatAStepDoes) {
  const auto setup = setup_of("sharding FULL_SHARD; activation checkpointing True; CPU offload False");
  EXPECT_TRUE(setup.full_shard);
  EXPECT_TRUE(setup.checkpointing);
  EXPECT_FALSE(setup.offload);
  EXPECT_TRUE(setup.optimiser_step);
  EXPECT_FALSE(setup_of("step = forward + backward").optimiser_step);
}

TEST(ReadNotes, LeavesOtherWordsAlone) {
  const auto setup = setup_of("HTTP=4 TP=none");
  EXPECT_EQ(setup.tensor_parallel, 1);
}

constexpr std::string_view head =
    "source,architecture,gpu,gpu_count,precision,batch_size_per_gpu,samples_per_s,tokens_per_s,mode,notes\n";

TEST(SpeedTable, GathersTheSharesOfABatchThatGpusComputeTogether) {
  const auto table =
      parse_workload_table(std::string(head) +
                               "a,gpt2,A40,4,fp32,2,3,,train,4-stage pipeline\n"
                               "a,gpt2,A40,4,fp32,2,3,,train,batch is the micro-batch; TP=1 PP=4\n"
                               "a,gpt2,A40,4,fp32,2,3,,train,4-way data parallel\n",
                           "t.csv");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 3U);
  EXPECT_EQ(table->rows[0].step.global_batch, 8);
  EXPECT_EQ(table->rows[0].step.micro_batch, 8) << "one batch passes through all stages";
  EXPECT_EQ(table->rows[0].training.batch_size, 8);
  EXPECT_FALSE(table->rows[1].step.global_batch);
  EXPECT_EQ(table->rows[1].step.micro_batch, 2);
  EXPECT_FALSE(table->rows[2].step.global_batch);
  EXPECT_EQ(table->rows[2].step.micro_batch, 2);
}

TEST(SpeedTable, TellsSecondsPerSampleOrToken) {
  const auto table = parse_workload_table(
      std::string(head) +
          "a,resnet50,RTX 3090,2,amp-fp16,32,800,,train,\na,mpt-7b,A40,1,bf16,4,3,2000,train,\n",
      "t.csv");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_DOUBLE_EQ(*table->rows[0].step_time_s, 1 / 800.0);
  EXPECT_FALSE(table->rows[0].step_counts_tokens);
  EXPECT_EQ(table->rows[0].training.batch_size, 64);
  EXPECT_EQ(table->rows[0].training.precision, "amp-fp16");
  EXPECT_DOUBLE_EQ(*table->rows[1].step_time_s, 1 / 2000.0);
  EXPECT_TRUE(table->rows[1].step_counts_tokens);
}

TEST(SpeedTable, ARoundedZeroIsNoSpeed) {
  const auto table = parse_workload_table(
      std::string(head) + "a,n,A40,1,bf16,4,0,90,train,\na,n,A40,1,bf16,4,5,,train,\n", "t.csv");
  ASSERT_TRUE(table);
  EXPECT_DOUBLE_EQ(*table->rows[0].step_time_s, 1 / 90.0);
}

TEST(SpeedTable, SaysWhereANumberIsWrong) {
  const auto table = parse_workload_table(std::string(head) + "a,n,A40,1,bf16,four,5,,train,\n", "t.csv");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().where, "t.csv:2");
  EXPECT_NE(table.error().message.find("batch_size_per_gpu"), std::string::npos);
}

}  // namespace
}  // namespace joulecast::formats
