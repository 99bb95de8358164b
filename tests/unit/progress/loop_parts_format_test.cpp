// Loops that consist of parts: folds, trials, stages, configurations, rounds with epochs within them.
#include <gmock/gmock.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(LoopPartsFormat, ARoundOfPruningALayerOrARungIsAPart) {
  EXPECT_EQ(heard_in("Pruning round 1/4: sparsity 0 %"), "phase Pruning round 1/4");
  EXPECT_EQ(heard_in("Lottery ticket iteration 2/5"), "phase Lottery ticket iteration 2/5");
  EXPECT_EQ(heard_in("== Active learning round 2/5 =="), "phase Active learning round 2/5");
  EXPECT_EQ(heard_in("Rung 1/4: 8 configurations"), "phase Rung 1/4");
  EXPECT_EQ(heard_in("Layer 1/4"), "phase Layer 1/4");
  EXPECT_EQ(heard_in("Training layer 2/4 (64 units):"), "phase layer 2/4");
  EXPECT_EQ(heard({"Rung 1/4: 8 configurations\n", "  rung 1 epoch 1/3 best 0.81\n"}).back(), "end 1/3");
  for (const auto* line : {"Layer 1/4: 12.3 ms", "Layer 3/12 grad norm 0.31", "Loading layer 1/4",
                           "layer 3: 0.2", "Pruning round 1/4 done", "Rung 1/4 finished"})
    EXPECT_EQ(heard_in(line).find("phase"), std::string::npos) << line;
}

TEST(LoopPartsFormat, ARunOfAGridIsNoPart) {
  for (const auto* line : {"starting run 7/12 of the grid", "Run 7/12 of this sweep",
                           "experiment 3/8 in the search", "Trial 2 of 9 from the hyperparameter grid"})
    EXPECT_EQ(heard_in(line).find("phase"), std::string::npos) << line;
  EXPECT_EQ(heard_in("Starting run 7/12"), "phase run 7/12");
  EXPECT_EQ(heard({"Run 1/12 of this sweep\n", "Epoch 1/1 loss 0.5\n", "Run 2/12 of this sweep\n"}),
            (Rows{"phase Run 1/12", "end 1/1; loss=0.5@1", "phase Run 2/12"}));
}

TEST(LoopPartsFormat, HeadingsOfPhases) {
  EXPECT_EQ(heard_in("Fold 2/5"), "phase Fold 2/5");
  EXPECT_EQ(heard_in("Fold 2:"), "phase Fold 2");
  EXPECT_EQ(heard_in("===== Stage 2 ====="), "phase Stage 2");
  EXPECT_EQ(heard_in("== Warming up the head =="), "phase Warming up the head");
  EXPECT_EQ(heard_in("Fine-tuning"), "phase Fine-tuning");
  EXPECT_EQ(heard({"Fold 1/5\n", "Fold 1/5\n"}), (Rows{"phase Fold 1/5", ""}));
  for (const auto* line :
       {"Fold 1 accuracy: 0.9625", "Fold 1 done", "Stage 1: loading data", "Run 1 finished",
        "Fine-tuning took 12 s", "Phase 3: evaluation", "Warm-up steps: 100"})
    EXPECT_EQ(heard_in(line), "") << line;
}

TEST(LoopPartsFormat, PartsNamedBesideTheirEpochs) {
  EXPECT_EQ(heard({"Fold 1/5 | Epoch 2/4 | loss 0.5\n", "Fold 2/5 | Epoch 1/4 | loss 0.5\n"}),
            (Rows{"phase Fold 1/5; end 2/4; loss=0.5@2", "phase Fold 2/5; end 1/4; loss=0.5@1"}));
  EXPECT_EQ(heard_in("[warmup] epoch 1/2 loss 0.5"), "phase warmup; end 1/2; loss=0.5@1");
  EXPECT_EQ(heard_in("[finetune] Epoch [1/5], Step [3/8]"), "phase finetune; begin 1/5; 1: 3/8");
  EXPECT_EQ(heard_in("Stage 2: epoch 1/3"), "phase Stage 2; begin 1/3");
  EXPECT_EQ(heard_in("Warm-up epoch 1/3, loss 0.5"), "phase Warm-up; end 1/3; loss=0.5@1");
  EXPECT_EQ(heard_in("trial=3 epoch=1 loss=0.5"), "phase trial=3; end 1; loss=0.5@1");
  EXPECT_EQ(heard_in("Epoch 1/4 (fold 2/5) loss: 0.5"), "phase fold 2/5; end 1/4; loss=0.5@1");
  EXPECT_EQ(heard_in("Trial 2 of 3: lr=0.01"), "phase Trial 2 of 3");
  EXPECT_EQ(heard_in("=== Active learning cycle 1/3 ==="), "phase Active learning cycle 1/3");
  EXPECT_EQ(heard_in("Epoch 5/8 (cycle 2/2) loss 0.5"), "end 5/8; loss=0.5@5");
  EXPECT_EQ(heard_in("[train] epoch 5/8 loss 0.5"), "end 5/8; train_loss=0.5@5");
}

TEST(LoopPartsFormat, PartsThatTakeTurnsAreNoPhases) {
  EXPECT_EQ(heard({"[trial 0] epoch 1 loss 0.5\n", "[trial 1] epoch 1 loss 0.5\n",
                   "[trial 0] epoch 2 loss 0.5\n", "[trial 1] epoch 2 loss 0.5\n"}),
            (Rows{"phase trial 0; end 1; loss=0.5@1", "phase trial 1; end 1; loss=0.5@1", "",
                  "end 2; loss=0.5@2"}));
  EXPECT_EQ(heard({"[seed 1] epoch 1/4 loss 0.5\n", "[seed 2] epoch 1/4 loss 0.5\n",
                   "[seed 1] epoch 2/4 loss 0.5\n", "[seed 1] epoch 3/4 loss 0.5\n",
                   "[seed 2] epoch 2/4 loss 0.5\n"}),
            (Rows{"phase seed 1; end 1/4; loss=0.5@1", "", "", "", "end 2/4; loss=0.5@2"}))
      << "an epoch is over with the slowest";
  EXPECT_EQ(heard({"[seed 1] epoch 1/4 loss 0.5\n", "[seed 2] epoch 1/4 loss 0.5\n",
                   "[seed 2] epoch 2/4 loss 0.5\n"}),
            (Rows{"phase seed 1; end 1/4; loss=0.5@1", "", "phase seed 2; end 2/4; loss=0.5@2"}))
      << "the first was given up";
}

TEST(LoopPartsFormat, ATrialThatIsOverIsFollowedByAnother) {
  EXPECT_EQ(
      heard({"Epoch 1/4 loss 0.5\n", "[I 2026-11-29 16:00:00,123] Trial 0 pruned.\n", "Epoch 1/4 loss 0.5\n",
             "Trial 1 finished with value: 0.8.\n", "Epoch 1/4 loss 0.5\n"}),
      (Rows{"end 1/4; loss=0.5@1", "", "phase; end 1/4; loss=0.5@1", "", "phase; end 1/4; loss=0.5@1"}));
  EXPECT_EQ(heard({"Epoch 1/4 loss 0.5\n", "Fold 1 finished\n", "Epoch 2/4 loss 0.5\n"}).back(),
            "end 2/4; loss=0.5@2");
  EXPECT_EQ(heard({"Fold 1/3 | Epoch 1/1 loss 0.5\n", "Fold 1/3 finished: val_acc 0.75\n"}).back(),
            "end 1; val_acc=0.75@1");
  EXPECT_EQ(heard_in("Trial 2 finished epoch 3/10, loss 0.5"), "phase Trial 2; end 3/10; loss=0.5@3");
}

TEST(LoopPartsFormat, TheSameLineAgainBeginsAgainWhereEachEpochHasOne) {
  const Rows trials{"Epoch 1/2 loss 0.5\n", "Epoch 2/2 loss 0.5\n", "Epoch 1/2 loss 0.5\n",
                    "Epoch 1/2 loss 0.4\n"};
  EXPECT_EQ(heard(trials).back(), "phase; end 1/2; loss=0.4@1");
  auto validated = trials;
  validated.back() = "Epoch 1/2 val_loss 0.4\n";
  EXPECT_EQ(heard(validated).back(), "end 1/2; val_loss=0.4@1");
}

TEST(LoopPartsFormat, RoundsNamedWithWords) {
  EXPECT_EQ(heard_in("Active Learning Round 0: 100 labelled samples"), "named 0 round");
  EXPECT_EQ(heard_in("Round 3: aggregating the clients"), "");
  EXPECT_EQ(heard({"--- Global Round 1 / 5 ---\n", "| Global Round : 0 | Local Epoch : 1 | Loss: 0.5\n"}),
            (Rows{"named 1/5 round", "end 1; Loss=0.5"}));
  EXPECT_EQ(heard_in("Training model 1/3"), "phase model 1/3");
}

TEST(LoopPartsFormat, APartIsOverOnceItsNameIsGone) {
  EXPECT_EQ(heard({"Warmup epoch 2/2 loss 0.5\n", "Epoch 3/10 loss 0.5\n"}),
            (Rows{"phase Warmup; end 2/2; loss=0.5@2", "phase; end 3/10; loss=0.5@3"}));
  EXPECT_EQ(heard({"[warmup] Epoch: 1/12 loss=0.5\n", "[warmup] Epoch: 2/12 loss=0.5\n",
                   "[cosine] Epoch: 3/12 loss=0.5\n", "[cosine] Epoch: 4/12 loss=0.5\n"}),
            (Rows{"phase warmup; end 1/12; loss=0.5@1", "end 2/12; loss=0.5@2", "phase; end 3/12; loss=0.5@3",
                  "end 4/12; loss=0.5@4"}));
}

TEST(LoopPartsFormat, AConfigurationOfAGridIsAPart) {
  EXPECT_EQ(heard_in("Running config 1/8: lr=0.1 wd=0.01"), "phase config 1/8");
  EXPECT_EQ(heard_in("[1/6] config: lr=1e-3 wd=0.1"), "phase config 1/6");
  EXPECT_EQ(heard_in("[2/5] Fold"), "phase Fold 2/5");
  EXPECT_EQ(heard_in("Configuration 1 of 9: {'lr': 0.1}"), "phase Configuration 1 of 9");
  EXPECT_EQ(heard_in("Hyperparameter set 1/4"), "phase Hyperparameter set 1/4");
  EXPECT_EQ(heard_in("scale 1/4 iter 4/40 loss 0.5"), "phase scale 1/4; 4/40 step; loss=0.5");
  EXPECT_EQ(heard({"Running config 1/8: lr=0.1\n", "Epoch 1/1 loss 0.5\n", "Running config 2/8: lr=0.2\n"}),
            (Rows{"phase config 1/8", "end 1/1; loss=0.5@1", "phase config 2/8"}));
  for (const auto* line :
       {"config: lr=0.1", "config 3", "config 3/8: lr=0.1", "[3/8] config: lr=0.1", "[1/6] config saved",
        "variant 2", "scale 0.5", "Config 1/8 finished", "[1/8] run: loss=0.5", "candidate 3: score 0.5"})
    EXPECT_EQ(heard_in(line).find("phase"), std::string::npos) << line;
}

TEST(LoopPartsFormat, IterationsThatHaveEpochs) {
  EXPECT_EQ(heard({"Iteration 1/9, epoch 1/4: loss 0.5\n", "Iteration 1/9, epoch 2/4: loss 0.5\n",
                   "Iteration 2/9, epoch 1/4: loss 0.5\n"}),
            (Rows{"named 1/9 step; loss=0.5", "end 2; loss=0.5", "named 2/9 round; end 1; loss=0.5"}));
  EXPECT_EQ(heard({"Iter 1/9, Epoch 1/3, loss 0.5\n", "Iter 2/9, Epoch 1/3, loss 0.5\n"}),
            (Rows{"named 1/9 step; loss=0.5", "2/9 step; begin 1; loss=0.5"}));
  EXPECT_EQ(heard({"Iteration 1/9\n", "  PPO epoch 1/4: loss 0.5\n", "Iteration 2/9\n"}),
            (Rows{"named 1/9 step", "end 1/4; loss=0.5@1", "named 2/9 step"}));
}

TEST(LoopPartsFormat, EpochsWithinARoundAreNotTheTrainings) {
  EXPECT_EQ(heard({"Round 1/3, client 1: epoch 1/2 loss 0.5\n", "Round 1/3, client 1: epoch 2/2 loss 0.5\n",
                   "Round 1/3: accuracy 0.5\n", "Round 2/3, client 1: epoch 1/2 loss 0.5\n"}),
            (Rows{"loss=0.5", "loss=0.5", "1/3 round; accuracy=0.5", "1/3 round; loss=0.5"}));
  EXPECT_EQ(heard_in("Generation 3/50: best fitness 0.5"), "3/50 round");
}

// A result before the first step: whether 0/3 is of three or four is open, and so steps are no surer.

TEST(LoopPartsFormat, EpochsOfAnOptimiserAreWithinItsIteration) {
  for (const std::string inner : {"inner epoch", "PPO epoch", "policy epoch", "optimization epoch"})
    EXPECT_EQ(
        heard({"GRPO step 1/20 | " + inner + " 1/2 | loss 0.4\n",
               "GRPO step 1/20 | " + inner + " 2/2 | loss 0.3\n",
               "GRPO step 2/20 | " + inner + " 1/2 | loss 0.2\n"}),
        (Rows{"named 1/20 round; end 1; loss=0.4", "end 2; loss=0.3", "named 2/20 round; end 1; loss=0.2"}))
        << inner;
  EXPECT_EQ(heard({"Episode 1/50: collecting rollouts\n", "Epoch 1/4 - actor loss: 0.3\n"}),
            (Rows{"named 1/50 round", "end 1/4; actor_loss=0.3@1"}));
  EXPECT_EQ(heard({"step 1/20: sampling 8 completions\n", "  grpo epoch 1/2 loss 0.4\n"}),
            (Rows{"named 1/20 round", "end 1/2; loss=0.4@1"}));
  EXPECT_EQ(heard({"Step 1/3: loading the data\n"}), (Rows{""})) << "a step of something else";
}

TEST(LoopPartsFormat, SearchesSayThatTheyBegin) {
  EXPECT_EQ(heard({"A new study created in memory with name: demo\n", "Epoch 1/2 loss 0.5\n",
                   "Epoch 2/2 loss 0.5\n", "Trial 0 finished with value: 0.5 and parameters: {'lr': 0.1}.\n",
                   "Epoch 1/2 loss 0.5\n"}),
            (Rows{"phase trial 0", "end 1/2; loss=0.5@1", "end 2/2; loss=0.5@2", "",
                  "phase; end 1/2; loss=0.5@1"}));
  EXPECT_EQ(heard_in("Search: Running Trial #1"), "phase Trial #1");
  EXPECT_EQ(heard_in("Hyperparameter set 1 of 3: lr=0.1, epochs=3"), "phase Hyperparameter set 1 of 3");
}

}  // namespace
}  // namespace joulecast::progress
