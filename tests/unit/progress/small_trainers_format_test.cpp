// Boosting, scikit-learn, tables and percentages.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(BoostingFormats, XgBoost) {
  EXPECT_EQ(heard_in("[0]\ttrain-logloss:0.5\tval-auc:0.25"),
            "1 round; end 0; train-logloss=0.5@0; val-auc=0.25@0");
  EXPECT_EQ(heard_in("[5]\ttrain-logloss:0.5+0.00440\ttest-logloss:0.25+0.00214"),
            "6 round; end 5; train-logloss=0.5@5; test-logloss=0.25@5");
  EXPECT_EQ(heard_in("[12:00:00] WARNING: src/learner.cc:742: Parameters: { \"x\" } are not used."), "");
  EXPECT_EQ(heard_in("best iteration: 79"), "");
}

TEST(BoostingFormats, LightGbm) {
  EXPECT_EQ(heard({"Training until validation scores don't improve for 40 rounds\n",
                   "[5]\ttraining's binary_logloss: 0.5\tvalid_1's auc: 0.25\n",
                   "Early stopping, best iteration is:\n",
                   "[3]\ttraining's binary_logloss: 0.5\tvalid_1's auc: 0.25\n"}),
            (Rows{"run", "5 round; end 5; train_binary_logloss=0.5@5; valid_1_auc=0.25@5", "", ""}));
  EXPECT_EQ(heard_in("[10]\tcv_agg's binary_logloss: 0.5 + 0.01"),
            "10 round; end 10; cv_agg_binary_logloss=0.5@10");
  EXPECT_EQ(heard_in("[LightGBM] [Info] Iteration:5, training binary_logloss : 0.5"),
            "5 round; end 5; train_binary_logloss=0.5@5");
}

TEST(BoostingFormats, CatBoost) {
  EXPECT_EQ(heard_in("10:\tlearn: 0.5\ttest: 0.25\tbest: 0.25 (10)\ttotal: 115ms\tremaining: 1.13s"),
            "11 round; end 10; learn=0.5@10; test=0.25@10");
  EXPECT_EQ(heard_in("0:\tlearn: 0.5\ttotal: 57.1ms\tremaining: 6.79s"), "1 round; end 0; learn=0.5@0");
  EXPECT_EQ(heard_in("bestIteration = 119"), "");
}

TEST(SklearnFormat, PerceptronAndGradientDescent) {
  EXPECT_EQ(
      heard({"Iteration 1, loss = 0.50000000\n", "Validation score: 0.25\n",
             "Training loss did not improve more than tol=0.010000 for 4 consecutive epochs. Stopping.\n"}),
      (Rows{"end 1; train_loss=0.5@1", "val_score=0.25@1; end 1", ""}));
  EXPECT_EQ(
      heard({"-- Epoch 1\n", "Norm: 37.73, NNZs: 60, Bias: 4.5, T: 40000, Avg. loss: 0.5, Objective: 78.6\n",
             "Total training time: 0.01 seconds.\n", "Convergence after 8 epochs took 0.10 seconds\n"}),
      (Rows{"begin 1", "train_loss=0.5@1", "end 1", ""}));
}

TEST(SklearnFormat, BoostingAndForests) {
  EXPECT_EQ(
      heard({"10           0.9919            0.99s\n", "      Iter       Train Loss   Remaining Time \n",
             "         1           0.5            1.10s\n", "        10           0.25            0.99m\n"}),
      (Rows{"", "", "1 round; train_loss=0.5", "10 round; train_loss=0.25"}));
  EXPECT_EQ(heard_in("[1/40] 1 tree, 31 leaves, max depth = 9, train loss: 0.5, val loss: 0.25, in 0.012s"),
            "1/40 round; end 1; train_loss=0.5@1; val_loss=0.25@1");
  EXPECT_EQ(heard_in("building tree 1 of 100"), "1/100 round");
}

TEST(SklearnFormat, SearchesCountTheirFits) {
  EXPECT_EQ(heard({"Fitting 3 folds for each of 4 candidates, totalling 12 fits\n",
                   "Iteration 1, loss = 0.50000000\n",
                   "[CV 1/3] END .............alpha=0.0001;, score=0.93 total time=   0.0s\n",
                   "[CV] END ..............alpha=0.0001; total time=   0.0s\n"}),
            (Rows{"total 12 fit", "", "1 fit; end 1", "2 fit; end 2"}));
}

TEST(TableFormats, SkorchSpacyAndStableBaselines) {
  EXPECT_EQ(heard({"  epoch    train_loss    valid_acc    valid_loss    cp     dur\n",
                   "-------  ------------  -----------  ------------  ----  ------\n",
                   "      1        \x1b[36m0.5\x1b[0m       0.25        0.125     +  0.4544\n",
                   "      2        0.5       0.25        0.125        0.4544\n"}),
            (Rows{"", "", "end 1; train_loss=0.5@1; valid_acc=0.25@1; valid_loss=0.125@1",
                  "end 2; train_loss=0.5@2; valid_acc=0.25@2; valid_loss=0.125@2"}));
  EXPECT_EQ(heard({"  0      20          3.25       88.30    0.88\n",
                   "E    #       LOSS TEXTCAT  CATS_SCORE  SCORE \n",
                   "---  ------  ------------  ----------  ------\n",
                   "  0      20          3.25       88.30    0.5\n"}),
            (Rows{"", "", "", "20 step; val_score=0.5"}));
  EXPECT_EQ(heard({"| rollout/           |          |\n", "|    ep_rew_mean     | 25.5     |\n",
                   "|    total_timesteps | 512      |\n", "|    n_updates       | 4        |\n"}),
            (Rows{"", "ep_rew_mean=25.5", "512 step", ""}));
}

TEST(GensimFormat, BothVersionsAndTopics) {
  EXPECT_EQ(heard_in("2026-11-29 01:37:04,027 : INFO : EPOCH 0: training on 240000 raw words (203052 "
                     "effective words) took 0.2s, 1226288 effective words/s"),
            "end 0");
  EXPECT_EQ(heard_in("EPOCH - 1 : training on 240000 raw words (203052 effective words) took 0.2s"), "end 1");
  EXPECT_EQ(heard_in("EPOCH 1 - PROGRESS: at 20.5% examples, 1226288 words/s, in_qsize 0, out_qsize 0"),
            "1: 20.5/100");
  EXPECT_EQ(heard_in("PROGRESS: pass 0, at document #2000/10000"), "0: 2000/10000");
  EXPECT_EQ(heard_in("PROGRESS: at sentence #0, processed 0 words, keeping 0 word types"), "");
}

TEST(PercentAndJaxFormats, FastTextAndClu) {
  EXPECT_EQ(
      heard_in("Progress:  45.5% words/sec/thread: 16879943 lr:  0.000000 avg.loss:  0.5 ETA:   0h 0m 0s"),
      "45.5/100 percent; loss=0.5");
  EXPECT_EQ(heard_in("Progress: 45.5%  words/sec/thread: 1223  lr: 0.05  loss: 0.5  eta: 0h0m"),
            "45.5/100 percent; loss=0.5");
  EXPECT_EQ(heard_in("I1129 01:23:45.123456 140 train.py:32] [80] loss=0.5, steps_per_second=412.300, "
                     "epoch=0.50 (10.0%)"),
            "80 step; loss=0.5");
  EXPECT_EQ(
      heard_in("Setting work unit notes: 6.2 steps/s, 4.0% (200/5000), ETA: 13m (0m : 20.0% checkpoint)"),
      "200/5000 step");
  EXPECT_EQ(heard_in("[0] Hyperparameters: {'lr': 0.1}"), "");
}

TEST(JsonLinesFormat, ProgressInTheTextOfAMessage) {
  EXPECT_EQ(heard_in(R"({"level": "INFO", "message": "Step 40/800: training loss=0.5"})"),
            "40/800 step; train_loss=0.5");
  EXPECT_EQ(heard_in(R"({"log": "2026-11-30 12:00:00 INFO Epoch 1/5 loss 0.5\n", "stream": "stdout"})"),
            "end 1/5; loss=0.5@1");
}

TEST(JsonLinesFormat, DictsThatPythonPrints) {
  EXPECT_EQ(heard_in("{'accuracy': 0.25, 'loss': 0.5, 'step': 50, 'val_loss': None}"),
            "50 step; accuracy=0.25; loss=0.5");
  EXPECT_EQ(heard_in("{'steps': 100, 'epochs': 3, 'name': 'it isn't'}"), "");
}

TEST(LinePrefix, NamesOfMachines) {
  EXPECT_EQ(heard_in("2024-05-01T12:00:01.123456789Z worker-0 epoch=1 loss=0.5"), "end 1; loss=0.5@1");
  EXPECT_EQ(heard_in("2024-05-01T12:00:01Z trainer-7d9f-x2x Epoch 1/3 loss 0.5"), "end 1/3; loss=0.5@1");
}

TEST(FastTextFormat, WordVectorsBeforeIt) {
  EXPECT_EQ(heard_in("Alpha: 0.0137  Progress: 45.25%  Words/thread/sec: 123.45k  "), "45.25/100 percent");
}

}  // namespace
}  // namespace joulecast::progress
