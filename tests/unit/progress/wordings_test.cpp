// The many wordings of a count: what is one, and what only looks like one.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(Wordings, AStepHasANounANumberAndMaybeATotalInAnyOrder) {
  for (const auto* line : {"[0] step 3/8 loss 0.5",
                           "gradient step 3/8: loss 0.5",
                           "grad_step=3/8 loss=0.5",
                           "trainer step 3/8 loss 0.5",
                           "<step 3 of 8> loss 0.5",
                           "Step: 3 (37.5%) of 8 - loss 0.5",
                           "3/8 steps done, loss 0.5",
                           "3 of 8 iterations, loss 0.5",
                           "Done with step 3 (of 8), loss 0.5",
                           "Finished step 3/8, loss 0.5",
                           "iteration [3/8] loss 0.5",
                           "12.3s step 3/8 loss 0.5",
                           "37% | step 3/8 | loss 0.5",
                           "loss=0.5 | step 3/8",
                           "step=3 total_steps=8 loss=0.5",
                           "step 3, total 8, loss 0.5",
                           "num_updates=3 total_num_updates=8 loss=0.5",
                           "{'step': 3, 'max_steps': 8, 'loss': 0.5}",
                           "{'iter': 3, 'max_iters': 8, 'loss': 0.5}",
                           "frames 3/8 loss 0.5",
                           "Schritt 3/8 Verlust 0,5",
                           "Étape 3/8 perte 0,5",
                           "Шаг 3 из 8 loss 0.5"})
    EXPECT_EQ(heard_in(line), "3/8 step; loss=0.5") << line;
  for (const auto* line :
       {"optim step 3 of 8", "Completed 3 of 8 training steps", "3 out of 8 steps completed",
        "{'step': 3, 'max_steps': 8}", "timestep 3 of 8, mean reward 12", "loss after 3/8 steps: 0.5",
        "Current step: 3/8"})
    EXPECT_EQ(heard_in(line), "3/8 step") << line;
  EXPECT_EQ(heard_in("after 300 steps: loss 0.5"), "300 step; loss=0.5");
  EXPECT_EQ(heard_in("#3/8 loss 0.5"), "~3/8 step; ~loss=0.5");
}

TEST(Wordings, CountsStandBesideOtherThings) {
  EXPECT_EQ(heard_in("epoch time 0.8s | 1/8 epochs done | best epoch 1 | 128 samples per epoch"), "end 1/8");
  EXPECT_EQ(heard_in("Total T: 3000 / 60000 Episode Num: 12 Episode T: 250 Reward: 30.5"),
            "3000/60000 step; Reward=30.5");
  EXPECT_EQ(heard_in("[ 12%] nll=0.5 kl=0.1"), "~12/100 percent; ~nll=0.5");
  EXPECT_EQ(heard_in("[ 12%] Building CXX object a.o"), "");
  EXPECT_EQ(heard_in("Training plan: 180 steps total (3 epochs), warmup 10 steps"), "total 180 step");
  EXPECT_EQ(heard_in("Evaluation: 180 steps total"), "");
  EXPECT_EQ(heard_in("Maximum number of epochs: 60"), "total 60 epochs");
  EXPECT_EQ(heard_in("Step 3/4: Training"), "run");
}

TEST(Wordings, NumbersMayHaveThousands) {
  EXPECT_EQ(heard_in("Iter 0.3k/6.0k | loss 0.5"), "300/6000 step; loss=0.5");
  EXPECT_EQ(heard_in("step 1.5K of 6K, loss 0.5"), "1500/6000 step; loss=0.5");
  EXPECT_EQ(heard_in("env steps 3,000/100,000 | loss 0.5"), "3000/100000 step; loss=0.5");
  EXPECT_EQ(heard_in("consumed tokens: 3.2B/10B, loss 2.5"), "3200000000/10000000000 token; loss=2.5");
}

TEST(Wordings, SamplesTokensAndEpisodesAreWork) {
  EXPECT_EQ(heard_in("tokens 25,000/1,000,000 (2.5%) | 100k tok/s"), "25000/1000000 token");
  EXPECT_EQ(heard_in("Seen 1.5M/10M tokens, loss 2.5"), "1500000/10000000 token; loss=2.5");
  EXPECT_EQ(heard_in("Processed 3,000 / 60,000 samples, loss 0.5"), "3000/60000 sample; loss=0.5");
  EXPECT_EQ(heard_in("samples seen: 3000/60000 loss 0.5"), "3000/60000 sample; loss=0.5");
  EXPECT_EQ(heard_in("Rollout 3/8, reward 1.5"), "3/8 round; reward=1.5");
  EXPECT_EQ(heard({"Episode 1/8 reward 12\n", "Episode 2/8 reward 13\n"}),
            (Rows{"named 1/8 round", "named 2/8 round"}));
}

TEST(Wordings, AnEpochMayBeALetterAWordBehindOrInAnotherLanguage) {
  for (const auto* line :
       {"E03/08 loss 0.5", "e=3/8 loss=0.5", "Epoch 3 (of 8), loss 0.5", "epoch 3 [of 8] loss 0.5",
        "epoch=3 max_epochs=8 loss=0.5", "epoch: 3, epochs: 8, loss: 0.5", "Epoch: 3 | Total: 8 | loss: 0.5",
        "loss 0.5 at epoch 3/8", "Durchlauf 3/8 - Fehler: 0,5", "{'epoch': 3, 'num_epochs': 8, 'loss': 0.5}"})
    EXPECT_EQ(heard_in(line), "end 3/8; loss=0.5@3") << line;
  for (const auto* line : {"3. epoch: loss = 0.5", "3rd epoch, loss 0.5", "3. Epoche: Verlust 0,5"})
    EXPECT_EQ(heard_in(line), "end 3; loss=0.5@3") << line;
  EXPECT_EQ(heard_in("Training progress: 3 / 8 epochs completed"), "end 3/8");
  EXPECT_EQ(heard({"  Ep |   Train |   Valid\n", "   1 |  0.5 | 0.25\n"}, Seconds{1}),
            (Rows{"", "end 1; train=0.5@1; val=0.25@1"}));
}

TEST(Wordings, AnEpochBesideAStepSaysWhereItIs) {
  EXPECT_EQ(heard({"global step 1/100, epoch 1/5, loss 0.5\n", "global step 2/100, epoch 1/5, loss 0.5\n",
                   "global step 20/100, epoch 1/5, loss 0.5\n", "global step 21/100, epoch 2/5, loss 0.5\n"}),
            (Rows{"1/100 step; begin 1/5; loss=0.5@1", "2/100 step; loss=0.5@1",
                  "20/100 step; end 1/5; loss=0.5@1", "21/100 step; begin 2/5; loss=0.5@2"}));
  EXPECT_EQ(heard({"step 20/100 (epoch 3/8) loss 0.5\n", "step 40/100 (epoch 3/8) loss 0.5\n"}),
            (Rows{"begin 3/8; 3: 20/100; loss=0.5@3", "3: 40/100; loss=0.5@3"}));
  // Without a total the second line tells that the first did not end the epoch.
  EXPECT_EQ(heard({"step 10 | epoch 1 | loss 0.5\n", "step 20 | epoch 1 | loss 0.5\n",
                   "step 30 | epoch 2 | loss 0.5\n"}),
            (Rows{"end 1; loss=0.5@1", "end 1; loss=0.5@1", "begin 2; 2: 10/20; loss=0.5@2"}));
  EXPECT_EQ(heard_in("8/100 [0.8s elapsed, 9.98 it/s] epoch=1 batch=32/512 loss=0.5"),
            "~8/100 step; ~loss=0.5@1");
  EXPECT_EQ(heard_in("optim step 3 | loss 0.5 | epoch 0.15"), "3 step; 0.15 epoch; loss=0.5");
}

TEST(Wordings, TotalsAreAnnounced) {
  for (const auto* line : {"Number of training epochs: 8", "Total epochs: 8", "Max epochs = 8"})
    EXPECT_EQ(heard_in(line), "total 8 epochs") << line;
  for (const auto* line : {"Training for 8 epochs", "Running 8 epochs", "Fine-tuning for 8 epochs",
                           "we run for 8 epochs in all"})
    EXPECT_EQ(heard_in(line), "run; total 8 epochs") << line;
  for (const auto* line : {"Total optimizer steps: 60 | micro-batches: 240", "Total optimization steps = 60",
                           "Total train steps: 60"})
    EXPECT_EQ(heard_in(line), "total 60 step") << line;
  EXPECT_EQ(heard_in("Training for 60 steps"), "run; total 60 step");
  EXPECT_EQ(heard_in("Training 4 epochs, 20 batches each"), "run; total 4 epochs; per epoch 20");
  for (const auto* line : {"Config: epochs=8, batch_size=64", "Namespace(epochs=8, max_steps=60)",
                           "warmup steps: 100", "no improvement for 8 epochs", "saving every 8 epochs",
                           "Training every 8 epochs", "training for 100 steps per second"})
    EXPECT_EQ(heard_in(line), "") << line;
}

TEST(Wordings, TotalsAmongPrintedSettingsAreGuesses) {
  for (const auto* line : {"num_train_epochs = 8", "n_epochs: 8", "max_epochs=8", "epochs: 8", "  epochs: 8",
                           "Epochs = 8", "max_epochs=8, time budget 9 s"})
    EXPECT_EQ(heard_in(line), "~total 8 epochs") << line;
  for (const auto* line : {"max_iters: 60", "num_training_steps = 60", "max_steps: 60"})
    EXPECT_EQ(heard_in(line), "~total 60 step") << line;
}

TEST(Wordings, WhatAnEpochsDataIsDividedIntoAreItsSteps) {
  EXPECT_EQ(heard({"Epoch 1/3 shard 1/4 batch 1/2 loss 0.5\n", "Epoch 1/3 shard 1/4 batch 2/2 loss 0.5\n",
                   "Epoch 1/3 shard 2/4 batch 1/2 loss 0.5\n", "Epoch 1/3 shard 4/4 batch 2/2 loss 0.5\n"}),
            (Rows{"begin 1/3; 1: 0.5/4; loss=0.5@1", "1: 1/4; loss=0.5@1", "1: 1.5/4; loss=0.5@1",
                  "1: 4/4; end 1/3; loss=0.5@1"}));
  EXPECT_EQ(heard_in("Epoch 2/3 | chunk [2/4] | step 1/2 | loss 0.5"), "begin 2/3; 2: 1.5/4; loss=0.5@2");
  EXPECT_EQ(heard_in("Epoch 2/3, subset 1, batch 1/2, loss 0.5"), "begin 2/3; 2: 0.5; loss=0.5@2")
      << "how many there are is not known";
}

TEST(Wordings, AStepBesideOtherCounts) {
  EXPECT_EQ(heard_in("micro 1/4 | opt step 3/30 | loss 0.5"), "3/30 step; loss=0.5");
  EXPECT_EQ(heard_in("DPO it=3 of=60 loss=0.5"), "3/60 step; loss=0.5");
  EXPECT_EQ(heard_in("step: 10 | tokens: 0.05B/0.30B | loss: 0.5"), "50000000/300000000 token; loss=0.5");
  EXPECT_EQ(heard_in("step: 10 | tokens: 0.05B | loss: 0.5"), "10 step; loss=0.5");
  EXPECT_EQ(heard_in("Training progress: 12.5% complete, loss=0.5"), "~12.5/100 percent; ~train_loss=0.5");
}

TEST(Wordings, WhatIsCountedWithinAnIterationIsNotTheRuns) {
  EXPECT_EQ(heard({"=== GRPO iteration 1 (of 12) ===\n", "  rollout 1/8 mean_len 101\n",
                   "  ppo update 1/2 kl 0.01\n", "=== GRPO iteration 2 (of 12) ===\n"}),
            (Rows{"named 1/12 step", "?: 1/8", "?: 1/2", "named 2/12 step"}));
  EXPECT_EQ(heard_in("Round 1/5 (labelled pool: 100)"), "named 1/5 round");
  EXPECT_EQ(heard_in("Round 1/5: loss 0.5"), "1/5 round; loss=0.5");
}

TEST(Wordings, OfMuchUsedTrainers) {
  EXPECT_EQ(heard_in("10/17/2025 16:31:56 [INFO|DP=0|PP=0|TP=0]: iteration: 101 / 130 | lm_loss: 2.5"),
            "101/130 step; lm_loss=2.5");
  EXPECT_EQ(
      heard_in("[0434:0]:11/01/2024 11:05:18 [INFO|DP=0|PP=0|TP=0|n1]: iteration: 3 / 30 | lm_loss: 2.5"),
      "3/30 step; lm_loss=2.5");
  EXPECT_EQ(heard_in("        Learning iteration 3/100        "), "4/100 step");
  EXPECT_EQ(heard_in("speechbrain.utils.epoch_loop - Going into epoch 3"), "begin 3");
  EXPECT_EQ(heard({"epoch 1/3\n", "2/5, train_loss: 0.5\n"}),
            (Rows{"begin 1/3", "~?: 2/5; ~train_loss=0.5"}));
  EXPECT_EQ(heard({"Start epoch 0\n", "Eval Epoch: 1 clip_loss: 0.5\n"}).back(),
            "end 0; eval_clip_loss=0.5@0")
      << "what is evaluated is called by the epochs that are done";
  EXPECT_EQ(heard({"running training / 学習開始\n", "  total optimization steps / 学習ステップ数: 50\n",
                   "steps:   2%|1    | 1/50 [00:45<2:00:39,  1.05it/s]\r"}),
            (Rows{"run", "total 50 step", "1/50 step"}));
  EXPECT_EQ(heard({"Episode [1/3]:  20%|1    | 2/10 [00:10<00:30, 5.1s/it]\r"}),
            (Rows{"begin 1/3; 1: 2/10"}));
}

TEST(Wordings, ADateIsNoCount) {
  EXPECT_EQ(heard_in("11/29/26 loss 0.5"), "");
  EXPECT_EQ(heard_in("11/29/26 - 12:00.00PM, iter: 003, cost: 0.5"), "3 step");
  EXPECT_EQ(heard_in("2026-11-29 12:00:00 (CET) - 0:01:02 - train - INFO - step: 000003 - loss: 0.5"),
            "3 step; loss=0.5");
}

TEST(Wordings, AnEpochMayBeNamedTwice) {
  EXPECT_EQ(heard_in("**** Epoch 3 (3/8) ****"), "begin 3/8");
  EXPECT_EQ(heard_in("Epoch 3 (3/8) loss 0.5"), "begin 3; 3: 3/8; loss=0.5@3") << "the third step of eight";
}

TEST(Wordings, HowLongAnEpochIsIsNoTotal) {
  for (const auto* line : {"epoch 3 / 100 batches / loss 0.5", "Epoch 3/100 batches, avg loss 0.5",
                           "epoch 3 of 64-sample batches: loss 0.5", "epoch 3 of 100 batches each, loss 0.5"})
    EXPECT_EQ(heard_in(line).find("/100"), std::string::npos) << line << ": " << heard_in(line);
  EXPECT_NE(heard_in("Epoch 3/100 steps: 50 loss 0.5").find("3/100"), std::string::npos);
}

TEST(Wordings, WhatIsPreparedIsNoEpoch) {
  for (const auto* line :
       {"Preprocessing batch 3/50", "lr_find step 3/100 lr 1e-6 loss 2.5", "Map: 45%",
        "Tokenizing: 3000/60000", "Loaded 3/8 checkpoint shards", "loading shard 3/8",
        "Sanity check step 1/2", "burn-in 3/30", "calibration step 3/8", "Finding best lr: 3/100"})
    EXPECT_EQ(heard_in(line), "prepared") << line;
  for (const auto* line :
       {"Using device: cuda", "=> loading checkpoint 'ckpt.pth' (epoch 17)", "Loaded 60,000 samples",
        "Number of parameters: 124,439,808", "Found 800 images belonging to 2 classes.",
        "Creating model resnet18", "Random seed: 42", "Train samples: 60000"})
    EXPECT_EQ(heard_in(line), "prepared") << line;
  for (const auto* line : {"train set accuracy: 0.5", "Saved the model", "seeds of doubt", "Model saved"})
    EXPECT_NE(heard_in(line), "prepared") << line;
}

TEST(Wordings, NumbersBeyondAllBoundsAreNone) {
  const std::string huge = "9223372036854775807";
  for (const auto& line : {huge + "/" + huge + " epochs", "E" + huge + "/" + huge + " loss 0.5",
                           "[" + huge + "/" + huge + "] loss 0.5", huge + "/" + huge + " loss 0.5",
                           "3/" + huge + " val_loss 0.5", "Round " + huge + ": epoch 2",
                           "step " + huge + "/" + huge + " loss 0.5"})
    EXPECT_EQ(heard_in(line).find("9223"), std::string::npos) << line;
}

TEST(Wordings, OtherThingsAreCountedToo) {
  for (const auto* line : {"batch size 32/512",
                           "Example 3/10: loss 0.5",
                           "bs 32/512 loss 0.5",
                           "GPU 3/8",
                           "GPU 3/8 loss 0.5",
                           "shard 3/8",
                           "page 3/8",
                           "rank 3/8 loss 0.5",
                           "node 2/4: initialized in 0.5s",
                           "attempt 2/3",
                           "retry 2/3 after 0.5s",
                           "saved 3/8 files",
                           "3/8 files, 0.5 GB",
                           "3/8 (37.5%) correct",
                           "Saved checkpoint 3/8",
                           "worker 3/8 started",
                           "patience 3/10",
                           "layer 3/8: 0.5 sparsity",
                           "val step 3/8 loss 0.5",
                           "eval batch 3/8 loss 0.5",
                           "warmup steps: 100/1000",
                           "Sampling step 3/50",
                           "micro-batch 3/8",
                           "accumulation step 3/8",
                           "Step 1/3: loading data",
                           "Step 2/3: building the model with 5 layers",
                           "[1/3] Loading data",
                           "Memory: 32.5/80.0 GB",
                           "config 3/8: lr=0.01",
                           "dataset 3/8 size 1000",
                           "best step 3/8 loss 0.5",
                           "checkpoint at step 300/800 saved",
                           "skipping step 3/8",
                           "skipped 3 of 8 steps",
                           "kept 3 of 8 samples",
                           "images 224/256 px",
                           "E20/30 error codes",
                           "E5/8",
                           "number of samples: 3000/60000",
                           "train/val samples: 3000/600",
                           "seq len 512/2048",
                           "5 of 8 tests passed",
                           "tokens/s 25,000/1,000,000",
                           "1200 steps/s",
                           "step time 0.5"})
    EXPECT_EQ(heard_in(line), "") << line;
}

}  // namespace
}  // namespace joulecast::progress
