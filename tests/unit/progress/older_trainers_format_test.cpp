// Frameworks that are no longer developed and still run: Caffe, Chainer, rllab, OpenAI's Baselines, Catalyst,
// NVIDIA's DLLogger. Searches, and bars as lines.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(CaffeFormat, TheTotalStandsInTheSolver) {
  const std::string log = "I0501 10:00:00.000000  1234 solver.cpp:48] ";
  EXPECT_EQ(heard({log + "Initializing solver from parameters: \n", "max_iter: 2000\n",
                   log + "Iteration 0, loss = 0.5\n", log + "Iteration 100, lr = 0.01\n",
                   log + "Iteration 100 (2.53 iter/s, 7.9s/20 iters), loss = 0.25\n",
                   log + "Optimization Done.\n"}),
            (Rows{"run", "total 2000 step", "loss=0.5", "", "100 step; loss=0.25", "run over"}));
  EXPECT_EQ(heard_in("max_iter: 2000"), "");  // of whatever it may be
}

TEST(ChainerFormat, RowsOfItsBar) {
  EXPECT_EQ(heard({"     total [#####.....] 50.00%\nthis epoch [#####.....] 50.00%\n",
                   "       900 iter, 1 epoch / 3 epochs\n",
                   "    123.4 iters/sec. Estimated time to finish: 0:00:10.\n",
                   "     total [###.......] 33.33%\n       600 iter, 1 epoch / 3 epochs\n",
                   "     total [##........] 20.00%\n       600 iter, 1 epoch / 3000 iterations\n"}),
            (Rows{"", "2: 0.5/1; total 3 epochs", "", "total 3 epochs", "600/3000 step"}));
}

TEST(RllabFormat, AnIterationIsNamedWhenItBegins) {
  EXPECT_EQ(heard({"2017-05-01 10:00:00.123456 UTC | [trpo] itr #0 | fetching policy...\n",
                   "-----------------------  ------------\nAverageReturn              20.5\n"
                   "Iteration                   0\n-----------------------  ------------\n",
                   "2017-05-01 10:00:09.123456 UTC | [trpo] itr #1 | fetching policy...\n"}),
            (Rows{"run", "AverageReturn=20.5; 1 round", ""}));
}

TEST(BaselinesFormat, TimeStepsOfItsTable) {
  EXPECT_EQ(heard({"| eprewmean               | 20.5      |\n", "| misc/total_timesteps    | 1024      |\n",
                   "| TimestepsSoFar  | 2048      |\n", "| % time spent exploring  | 50        |\n"}),
            (Rows{"ep_rew_mean=20.5", "1024 step", "2048 step", ""}));
}

TEST(CatalystFormat, TheNumberStandsBeforeTheWord) {
  EXPECT_EQ(
      heard({"1/3 * Epoch (train):  50%|#####     | 6/12 [00:03<00:03,  3.9it/s]\n",
             "1/3 * Epoch (valid):  50%|#####     | 2/4 [00:03<00:03,  3.9it/s]\n",
             "train (1/3) accuracy: 0.75 | loss: 0.5\n", "valid (1/3) accuracy: 0.5 | loss: 0.25\n",
             "* Epoch (1/3) \n"}),
      (Rows{"begin 1/3; 1: 6/12", "window> validation", "end 1/3; train_accuracy=0.75@1; train_loss=0.5@1",
            "end 1/3; val_accuracy=0.5@1; val_loss=0.25@1", "end 1/3"}));
}

TEST(DlLoggerFormat, StepsAreListsOfCounts) {
  const auto line = [](const std::string& step, const std::string& data) {
    return R"(DLLL {"timestamp": "1588334400.1", "type": "LOG", "step": )" + step + R"(, "data": {)" + data +
           "}}\n";
  };
  EXPECT_EQ(heard({line("\"PARAMETER\"", R"("epochs": 90)"), line("[0, 10]", R"("train.loss": 0.5)"),
                   line("[0]", R"("val.loss": 0.25)"), line("[]", R"("val.loss": 0.25)")}),
            (Rows{"", "begin 0; 0: 10; train.loss=0.5@0", "end 0; val.loss=0.25@0", "run over"}));
  EXPECT_EQ(heard({line("10", R"("loss": 0.5)")}), (Rows{"10 step; loss=0.5"}));
}

TEST(HydraFormat, JobsAreParts) {
  const std::string log = "[2024-05-01 12:00:00,123][HYDRA] ";
  EXPECT_EQ(heard({log + "Launching 2 jobs locally\n", log + "\t#0 : lr=0.1\n", log + "\t#1 : lr=0.01\n"}),
            (Rows{"", "phase job 0", "phase job 1"}));
  EXPECT_EQ(heard({log + "Launching 1 jobs locally\n", log + "\t#0 : lr=0.1\n"}), (Rows{"", ""}));
}

TEST(BesideTrainingFormat, AnAgentsRunsAreParts) {
  EXPECT_EQ(heard({"wandb: Agent Starting Run: abcd1230 with config:\n", "wandb: \tepochs: 4\n",
                   "wandb: Agent Starting Run: abcd1231 with config:\n"}),
            (Rows{"phase run 1", "", "phase run 2"}));
}

TEST(TqdmLoggableFormat, LevantersStepsAreSureOthersAreNot) {
  const std::string line =
      "INFO - Progress on:train 1.20kit/10.0kit rate:1.2it/s remaining:2:17:00 "
      "elapsed:01:40 postfix:loss=0.5\n";
  EXPECT_EQ(heard({"levanter.main - INFO - Starting\n", line}), (Rows{"", "1200/10000 step; loss=0.5"}));
  EXPECT_EQ(heard({line}), (Rows{"~loss=0.5; ~1200/10000 step"}));
  EXPECT_EQ(heard_in("Progress on:Epoch 2/3 5it/20it rate:1.2it/s remaining:? elapsed:00:04 postfix:-"),
            "begin 2/3; 2: 5/20");
}

TEST(UltralyticsFormat, HeadersAreCountedWhereNoBarsAreDrawn) {
  const std::string header =
      "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n";
  const std::string classes =
      "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)\n";
  const std::string all =
      "                   all        128        929       0.64       0.53       0.5      0.25\n";
  EXPECT_EQ(heard({"Starting training for 2 epochs...\n", header, classes, all, header, all,
                   "2 epochs completed in 0.005 hours.\n", all}),
            (Rows{"run; total 2 epochs", "", "", "begin 1/2; end 1/2; val_mAP50=0.5@1; val_mAP50-95=0.25@1",
                  "begin 2/2", "end 2/2; val_mAP50=0.5@2; val_mAP50-95=0.25@2", "run over", ""}));
  EXPECT_EQ(heard({"Starting training for 2 epochs...\n", header, header, header}),
            (Rows{"run; total 2 epochs", "", "begin 1/2; begin 2/2", "begin 3/2"}));
}

TEST(MetricLoggerFormat, StepsOfAWholeTraining) {
  const std::string steps =
      "Training  [  100/1250]  eta: 0:10:00  lr: 0.0001  total_loss: 0.5 (0.25)  time: 0.5\n";
  EXPECT_EQ(heard({"I20240501 12:00:00 1234 dinov2 helpers.py:102] " + steps}),
            (Rows{"100/1250 step; total_loss=0.25"}));
  EXPECT_EQ(heard({steps}), (Rows{"~100/1250 step; ~total_loss=0.25"}));
}

}  // namespace
}  // namespace joulecast::progress
