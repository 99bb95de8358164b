// Trainers of robots, pictures, scenes and many clients; and what today's wrappers of known trainers add.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(NewerTrainers, RslRlCountsFromZeroAndItsTotalStepsAreOfTheSimulation) {
  EXPECT_EQ(heard({"        \x1b[1m Learning iteration 0/10 \x1b[0m        \n", "      Total steps: 512 \n",
                   "     Mean value loss: 0.5\n", "        Mean reward: -4.25\n",
                   "        Learning iteration 1/10        \n", "      Total steps: 1024 \n",
                   "        Learning iteration 9/10        \n"}),
            (Rows{"1/10 step", "", "value_loss=0.5", "reward=-4.25", "2/10 step", "", "10/10 step"}));
}

TEST(NewerTrainers, FlowersHeadingBeginsItsRound) {
  EXPECT_EQ(
      heard({"INFO :      Starting Flower ServerApp, config: num_rounds=3, no round_timeout\n",
             "INFO :      [ROUND 1]\n", "INFO :      aggregate_fit: received 2 results and 0 failures\n",
             "INFO :      [ROUND 2]\n", "INFO :      [SUMMARY]\n"}),
      (Rows{"", "named 1/3 round; ?: 0", "", "named 2/3 round; ?: 0", "run over"}));
  EXPECT_EQ(heard_in("INFO :      [ROUND 3/10]"), "named 3/10 round; ?: 0");
  EXPECT_EQ(heard_in("INFO flower 2022-01-06 09:21:15,045 | server.py:148 | fit progress: (1, 0.5, "
                     "{'accuracy': 0.25}, 77.1)"),
            "1 round; loss=0.5");
}

TEST(NewerTrainers, BasicSrCountsIterations) {
  EXPECT_EQ(
      heard({"2022-01-28 12:00:05,814 INFO: Total epochs: 32; iters: 2000.\n",
             "2022-01-28 12:00:05,814 INFO: Start training from epoch: 0, iter: 0\n",
             "2022-01-28 12:10:05,814 INFO: [RealE..][epoch:  1, iter:     100, lr:(2.000e-04,)] [eta: 1 "
             "day, 3:00:00, time (data): 0.456 (0.002)] l_g_pix: 6.0063e-02\n"}),
      (Rows{"total 2000 step", "run", "100/2000 step"}));
  EXPECT_EQ(
      heard_in("19-08-09 08:25:25.996 - INFO: <epoch: 86, iter: 107,200, lr:2.500e-05> l_pix: 1.48e-03"),
      "107200 step");
}

TEST(NewerTrainers, LeRobotCountsInThousands) {
  EXPECT_EQ(
      heard({"INFO 2025-08-11 10:22:11 ts/train.py:167 cfg.steps=2000 (2K)\n",
             "INFO 2025-08-11 10:23:11 ts/train.py:232 step:200 smpl:2K ep:8 epch:0.16 loss:0.5 grdn:0.7 "
             "lr:7.9e-05 updt_s:0.098 data_s:0.000\n",
             "INFO 2025-08-11 10:23:11 ts/train.py:232 step:1K smpl:8K ep:40 epch:0.80 loss:0.25 grdn:0.7 "
             "lr:7.9e-05 updt_s:0.098 data_s:0.000\n"}),
      (Rows{"total 2000 step", "200/2000 step; loss=0.5", "1000/2000 step; loss=0.25"}));
}

TEST(NewerTrainers, NerfstudiosSharesTellItsTotal) {
  const std::string header =
      "Step (% Done)       Train Iter (time)    ETA (time)           Train Rays / Sec\n";
  EXPECT_EQ(heard({header, "0 (0.00%)           43.140 ms            39 s                 14.86 M\n",
                   "4090 (13.63%)       43.140 ms            39 s, 300.687 ms     14.86 M\n",
                   "4090 (13.63%)       43.140 ms            39 s, 300.687 ms     14.86 M\n"}),
            (Rows{"", "0 step", "4090/30000 step", ""}));
  EXPECT_EQ(heard_in("4090 (13.63%)       43.140 ms            39 s"), "");
}

TEST(NewerTrainers, MlAgentsTellTheStepsOfEachBehaviour) {
  EXPECT_EQ(heard({"[INFO] 3DBall. Step: 12000. Time Elapsed: 34.1 s. Mean Reward: 1.5. Std of Reward: 0.69. "
                   "Training.\n",
                   "[INFO] Walker. Step: 9000. Time Elapsed: 34.1 s. Mean Reward: 0.5. Std of Reward: 0.69. "
                   "Training.\n"}),
            (Rows{"12000 step; Reward=1.5", ""}));
}

TEST(NewerTrainers, UnslothsDictsTellHowLongItHasRun) {
  EXPECT_EQ(heard({"{'loss': '0.5', 'grad_norm': '0.578', 'epoch': '0.25', 'train_runtime': '110.7'}\n",
                   "{'loss': '0.5', 'grad_norm': '0.578', 'epoch': '0.5', 'train_runtime': '112.2'}\n",
                   "{'train_runtime': '113.1', 'train_loss': '0.5', 'epoch': '0.5'}\n"}),
            (Rows{"0.25 epoch; loss=0.5@1", "0.5 epoch; loss=0.5@1", "0.5 epoch; run over"}));
}

TEST(NewerTrainers, AnEvaluationBeforeTheFirstStepIsNoTraining) {
  const auto bar = [](int done, int total) {
    return fmt::format("\r{:3}%|####      | {}/{} [00:01<00:02, 12.3it/s]", 100 * done / total, done, total);
  };
  EXPECT_EQ(heard({bar(0, 80), bar(0, 20), bar(10, 20), bar(20, 20),
                   "\n{'eval_loss': 0.5, 'eval_runtime': 16.25, 'epoch': 0}\n", bar(1, 80)}),
            (Rows{"~run", "", "", "", "window< validation", "1/80 step"}));
}

TEST(NewerTrainers, MlxEvaluatesWithABarOfItsOwn) {
  EXPECT_EQ(heard_in("Calculating loss...:  20%|##        | 5/25 [00:01<00:02, 4.75it/s]"),
            "window> validation");
  EXPECT_EQ(heard_in("Iter 10: Train loss 0.5, Learning Rate 1.000e-05, It/sec 0.490, Trained Tokens 3290"),
            "10 step; train_loss=0.5");
}

TEST(NewerTrainers, KohyasSettingsAndWorkersAreNoEpochs) {
  EXPECT_EQ(heard({"11:50:51-023023 INFO     Train batch size: 1\n",
                   "11:50:51-025023 INFO     Gradient accumulation steps: 1\n",
                   "11:50:51-026022 INFO     Epoch: 8\n"}),
            (Rows{"", "", "~total 8 epochs"}));
  EXPECT_EQ(heard_in("2024-09-29 09:39:57 INFO     epoch is incremented. current_epoch: 0, epoch: 1"), "");
}

TEST(NewerTrainers, SwiftsLogHasTwoNumbersInOneField) {
  EXPECT_EQ(heard_in(R"({"loss": 0.5, "epoch": 0.25, "global_step/max_steps": "5/94"})"),
            "5/94 step; loss=0.5");
}

TEST(NewerTrainers, SwinsPrefixNamesItsModelAndFile) {
  const std::string prefix = "[2021-04-13 10:00:00 swin_tiny](main.py 200): INFO ";
  EXPECT_EQ(
      heard({prefix + "Train: [0/3][10/100]\teta 0:12:12 lr 0.000001\ttime 0.5 (0.6)\tloss 0.5 (0.25)\n",
             prefix + "EPOCH 0 training takes 0:00:50\n"}),
      (Rows{"begin 0/3; 0: 10/100; train_loss=0.25@0", "end 0"}));
  EXPECT_EQ(heard_in("[2026-04-01 13:02:26,052][INFO] Train Step 1/200 | Epoch 0 | train_loss: 0.5"),
            "1 step; begin 0; train_loss=0.5@0");
}

TEST(NewerTrainers, OpenPcDetsEpochsCountFromOne) {
  EXPECT_EQ(
      heard({"2023-01-05 16:34:37,748   INFO  Train:    1/3 ( 33%) [   0/323 (  0%)]  Loss: 1.5 (0.5)\n",
             "2023-01-05 16:35:37,748   INFO  Train:    1/3 ( 33%) [ 322/323 (100%)]  Loss: 1.5 (0.5)\n"}),
      (Rows{"begin 1/3; 1: 1/323; train_loss=0.5@1", "1: 323/323; train_loss=0.5@1; end 1/3"}));
}

TEST(NewerTrainers, CoquisEpochsCountFromZeroOfAsMany) {
  EXPECT_EQ(heard({"\x1b[1m > EPOCH: 0/4\x1b[0m\n", "   --> STEP: 25/100 -- GLOBAL_STEP: 25\n",
                   "     | > loss: 0.5  (0.75)\n", " > EVALUATION \n", "   --> STEP: 5\n",
                   "  --> EVAL PERFORMANCE\n", "     | > avg_loss: 0.25 (+0.0)\n"}),
            (Rows{"begin 0/4", "0: 25/100", "train_loss=0.5@0", "window> validation", "",
                  "window< validation; end 0", "end 0; val_loss=0.25@0"}));
}

TEST(NewerTrainers, LightningsCheckpointTellsTheFigure) {
  EXPECT_EQ(heard_in("Epoch 0, global step 100: 'val_wer' reached 0.25 (best 0.25), saving model to "
                     "'/out/x--val_wer=0.2500-epoch=0.ckpt' as top 3"),
            "val_wer=0.25@0");
}

TEST(BesideTraining, SummariesOfTrackersTellNothing) {
  EXPECT_EQ(heard({"Epoch 5/5 loss 0.5\n", "\x1b[34m\x1b[1mwandb\x1b[0m: Run summary:\n",
                   "\x1b[34m\x1b[1mwandb\x1b[0m:      epoch 5\n", "wandb: train_loss 0.5\n",
                   "wandb: global_step 500\n", "COMET INFO:     epoch           : 7\n",
                   "0: wandb:      epoch 5\n"}),
            (Rows{"end 5/5; loss=0.5@5", "", "", "", "", "", ""}));
}

TEST(BesideTraining, CompilersPrepare) {
  EXPECT_EQ(heard_in("[1/3] /usr/local/cuda/bin/nvcc -DTORCH_EXTENSION_NAME=fused_adam "
                     "-D_GLIBCXX_USE_CXX11_ABI=0 -c a.cu -o a.o"),
            "prepared");
  EXPECT_EQ(heard_in("[3/3] c++ a.o b.o -shared -lc10 -L/usr/lib64 -o fused_adam.so"), "prepared");
}

TEST(BesideTraining, DinosEpochsHaveTheirTotal) {
  EXPECT_EQ(heard({"Epoch: [0/4]  [  0/100]  eta: 0:05:10  loss: 1.5 (0.5)  time: 0.3\n",
                   "Epoch: [0/4] Total time: 0:05:10 (0.3 s / it)\n"}),
            (Rows{"begin 0/4; 0: 0/100; train_loss=0.5@0", "end 0"}));
}

TEST(RnnTutorials, StepsAndTheirShare) {
  EXPECT_EQ(
      heard({"5000 5% (0m 7s) 0.5 Slusarski / Polish ok\n", "10000 10% (0m 14s) 0.25 Abl / Czech ok\n"}),
      (Rows{"5000 step; loss=0.5", "10000/100000 step; loss=0.25"}));
  EXPECT_EQ(heard({"0m 5s (- 1m 10s) (5 6%) 0.5\n", "0m 10s (- 1m 10s) (10 12%) 0.25\n"}),
            (Rows{"5 step; loss=0.5", "10 step; loss=0.25"}));
  EXPECT_EQ(heard_in("[10 | 12.00] loss=0.5 avg=0.25"), "10 step; loss=0.5");
}

}  // namespace
}  // namespace joulecast::progress
