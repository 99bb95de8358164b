// Toolboxes of other fields and scripts that many copy: MATLAB, llama.cpp, RAFT, CRFsuite, t-SNE, DARTS,
// pytorch-a2c-ppo-acktr, Dopamine, numbered lines; what stands before lines; bars that mislead.
#include <gtest/gtest.h>

#include "progress/lines/bar_title.hpp"
#include "progress/lines/line_prefix.hpp"
#include "progress/skipped_start.hpp"
#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

std::string message_of(std::string_view line) {
  return std::string(line.substr(find_prefix(line).length));
}

TEST(MatlabFormat, ATableOfTrainnetMayHaveEmptyCells) {
  EXPECT_EQ(heard({"    Iteration    Epoch    TimeElapsed    LearnRate    TrainingLoss    ValidationLoss\n"
                   "    _________    _____    ___________    _________    ____________    ______________\n",
                   "            0        0       00:00:01                                         2.5012\n",
                   "           50        2       00:00:05         0.01          0.4412                  \n"}),
            (Rows{"", "run", "50 step; begin 2; train_loss=0.4412@2"}));
}

TEST(MatlabFormat, ATableOfTrainNetworkHasTwoRowsOfNames) {
  EXPECT_EQ(heard({"|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Validation  |\n"
                   "|         |             |   (hh:mm:ss)   |   Accuracy   |     Loss     |\n",
                   "|       1 |          50 |       00:00:10 |       71.00% |       0.9012 |\n",
                   "|       2 |         100 |       00:00:20 |       73.00% |              |\n",
                   "Training finished: Max epochs completed.\n"}),
            (Rows{"", "50 step; begin 1; train_accuracy=0.71@1; val_loss=0.9012@1",
                  "begin 2; 100 step; train_accuracy=0.73@2", "run over"}));
}

TEST(LlamaCppFormat, ChunksOnOneGrowingLine) {
  EXPECT_EQ(heard({"compute_imatrix: computing over 50 chunks with batch_size 512\n",
                   "[1]60.9619,[2]10.7701,", "[3]5.8724,"}),
            (Rows{"run; total 50 step", "2/50 step", "3/50 step"}));
}

TEST(LlamaCppFormat, BarsThatBeginAgainAreTheNextEpochs) {
  EXPECT_EQ(
      heard({"\rtrain: [=>  ] data=0000010/0000020 loss=3.9±0.1 acc=24.5±0.8% t=00:00:12 ETA=00:00:12 ",
             "\rtrain: [==>] data=0000020/0000020 loss=3.8±0.1 acc=25.0±0.8% t=00:00:24 ETA=00:00:00 \n",
             "\rtrain: [=>  ] data=0000010/0000020 loss=3.7±0.1 acc=26.0±0.8% t=00:00:12 ETA=00:00:12 "}),
      (Rows{"1: 10/20", "1: 20/20; end 1; train_loss=3.8@1; train_acc=0.25@1", "2: 10/20"}));
}

TEST(RaftFormat, StepAndLearningRateBeforeFiguresWithoutNames) {
  EXPECT_EQ(heard_in("[   100,  0.0003600] 0.9100, 0.5200, 0.6200, 9.0000, "), "100 step");
  EXPECT_EQ(heard_in("[ 100, [2.3958680439853386e-07]] 0.5127, 0.0426, 0.5117, "), "100 step");
  EXPECT_EQ(heard_in("[100, 0.5] a note"), "");
}

TEST(CrfSuiteFormat, ItsNumberOfIterationsIsABound) {
  EXPECT_EQ(heard({"L-BFGS optimization\n", "max_iterations: 100\n", "***** Iteration #3 *****\n",
                   "Loss: 8432.5\n"}),
            (Rows{"run", "", "3 step", "Loss=8432.5"}));
}

TEST(SklearnFormat, IterationsOfTsne) {
  EXPECT_EQ(heard({"[t-SNE] Computing 91 nearest neighbors...\n",
                   "[t-SNE] Iteration 50: error = 90.5, gradient norm = 0.01 (50 iterations in 1.2s)\n"}),
            (Rows{"prepared", "50 step; error=90.5"}));
}

TEST(RlScriptsFormat, TimestepsAndIterations) {
  EXPECT_EQ(heard_in("Updates 10, num timesteps 7040, FPS 1021"), "7040 step");
  EXPECT_EQ(heard({"Starting iteration 0\n", "Average undiscounted return per training episode: -200.5\n"}),
            (Rows{"run", "1 round; return=-200.5"}));
}

TEST(NumberedFormat, SeveralLinesThatAgreeAreAGuess) {
  EXPECT_EQ(heard({"0 tensor(0.7)\n", "100 tensor(0.6)\n", "200 tensor(0.5)\n"}, Seconds{1}),
            (Rows{"", "", "~0 step; ~100 step; ~200 step"}));
  EXPECT_EQ(heard({"1 0.7\n", "2 0.6\n", "5 0.5\n"}, Seconds{1}), (Rows{"", "", ""}));  // no equal distances
  EXPECT_EQ(heard({"0 0.7\n", "1 0.6\n", "2 0.5\n"}), (Rows{"", "", ""}));              // a table at once
  EXPECT_EQ(heard({"0 [D loss: 0.6]\n", "100 [D loss: 0.5]\n"}, Seconds{1}).back().substr(0, 17),
            "~0 step; ~100 ste");
}

TEST(LoopFormat, DartsNamesTheSetBeforeItsEpoch) {
  EXPECT_EQ(heard_in("Train: [ 3/50] Step 100/194 Loss 0.5").substr(0, 21), "begin 3/50; 3: 100/19");
  EXPECT_EQ(heard_in("Test: [10/20]  Time 0.1"), "");
}

TEST(LoopFormat, StepsThatGoOnAfterTheFirstEpochAreTheRuns) {
  EXPECT_EQ(heard({"step 100: loss 0.5\n", "step 200: loss 0.4\n", "Epoch 1/5 finished: val loss 0.5\n",
                   "step 300: loss 0.4\n", "step 400: loss 0.3\n"}),
            (Rows{"100 step; loss=0.5", "200 step; loss=0.4", "end 1/5; val_loss=0.5@1", "300 step; loss=0.4",
                  "400 step; loss=0.3"}));
  EXPECT_EQ(
      heard({"step 100: loss 0.5\n", "Epoch 1/5 finished: val loss 0.5\n", "step 50: loss 0.4\n"}).back(),
      "?: 50; loss=0.4");
}

TEST(LoopFormat, AFigureWithoutASignMayStandBeforeTheEpoch) {
  EXPECT_EQ(heard_in("Training: Speed 3012.12 samples/sec   Loss 30.1   LearningRate 0.099   Epoch: 0   "
                     "Global Step: 100"),
            "begin 0; 0: 100; train_loss=30.1@0");
  EXPECT_EQ(heard_in("(10%) 100/1000 | loss: 0.5"), "~100/1000 step; ~loss=0.5");
}

TEST(LoopFormat, RightAnswersAreNoSteps) {
  EXPECT_EQ(heard_in("Epoch 3: 9003/10000 correct, loss 0.5"), "end 3; loss=0.5@3");
}

TEST(LoopFormat, EpochsOfAClientAreAGuess) {
  EXPECT_EQ(heard_in("client 2/3 epoch 1/2 loss 0.5"), "~end 1/2; ~loss=0.5@1");
}

TEST(LoopFormat, RanksThatLagALittleAreOne) {
  Rows rows;
  std::vector<std::string> pieces;
  for (const char* line : {"Epoch 1/5 loss 0.5\n", "Epoch 2/5 loss 0.4\n"})
    for (int rank = 0; rank < 4; ++rank) pieces.emplace_back(line);
  auto recogniser = OutputRecogniser::create();
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const SteadyTime time =
        SteadyTime{} + Seconds{8.0 * static_cast<double>(i / 4 + 1) + 0.05 * static_cast<double>(i % 4)};
    for (const auto& event : recogniser->feed(pieces[i], time))
      if (event.kind != EventKind::metric) kinds.push_back(in_short(event));
  }
  EXPECT_EQ(kinds.front(), "end 1/5");
  EXPECT_EQ(kinds.back(), "end 2/5");
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "begin 2/5"), 0);
}

TEST(BarsThatMislead, AFullBarAtFirstSightCountsNothing) {
  EXPECT_EQ(heard_in("train: 100%|██████████| 128/128 [00:00<?, ?it/s]"), "");
  EXPECT_EQ(read_bar_title("train: Scanning labels.cache... 128 images", "it").kind, BarKind::preparation);
}

TEST(BarsThatMislead, AFractionOfAnEpochInTheTitle) {
  EXPECT_EQ(heard({"\rEpoch 0.02, Loss: 1.5:   2%|▏         | 4/200 [00:06<04:54,  1.50s/it]"})
                .front()
                .substr(0, 7),
            "~Loss=1");
  EXPECT_EQ(read_bar_title("Epoch 0.02, Loss: 1.5", "it").kind, BarKind::training);
}

TEST(BarsThatMislead, AnEpochWithItsTotalAmongTheFigures) {
  EXPECT_EQ(heard_in("  20%|██        | 10/50 [00:01<00:04, 10.0it/s, epoch=3/100, avg_epoch_loss=4.5]")
                .substr(0, 21),
            "begin 3/100; 3: 10/50");
}

TEST(SkippedStartTest, AJumpHasAsManyOwnStepsAsFitBetweenTwoDrawings) {
  SkippedStart start;
  const SteadyTime begin{100};
  EXPECT_FALSE(start.note(0, 160, begin));
  EXPECT_FALSE(start.note(84, 160, begin + Seconds{0.1}));
  EXPECT_EQ(start.note(90, 160, begin + Seconds{0.25}), 80);  // 40 steps a second: four of the 84
  SkippedStart slow;
  EXPECT_FALSE(slow.note(0, 200, begin));
  EXPECT_FALSE(slow.note(101, 200, begin + Seconds{4}));
  EXPECT_EQ(slow.note(102, 200, begin + Seconds{6}), 100);
}

TEST(SkippedStartTest, EqualStridesFromTheStartAreNone) {
  SkippedStart start;
  const SteadyTime begin{100};
  EXPECT_FALSE(start.note(0, 1000, begin));
  EXPECT_FALSE(start.note(200, 1000, begin + Seconds{60}));
  EXPECT_FALSE(start.note(400, 1000, begin + Seconds{120}));
}

TEST(LinePrefix, OfLoggersContainersAndClocks) {
  for (const auto* line :
       {"2024-05-01 10:00:00.123 | INFO     | train:main:87 - Epoch 3", "trainer-1  | Epoch 3",
        "train_1        | Epoch 3", "INFO 05-01 10:00:00 train.py:87] Epoch 3",
        "May 01 10:00:00 node7 train[4242]: Epoch 3", "[12.5s] Epoch 3", "rank 0 Epoch 3", "🚀 Epoch 3",
        "✅ Epoch 3", "(RayTrainWorker pid=12) [rank1]: Epoch 3", "NOTE: Epoch 3"})
    EXPECT_EQ(message_of(line), "Epoch 3") << line;
  EXPECT_EQ(find_prefix("(RayTrainWorker pid=12) [rank1]: Epoch 3").rank, "12/1");
}

TEST(LinePrefix, WordsOfTheMessageAreNone) {
  for (const auto* line : {"step-10 | loss 0.5", "epoch_3 | loss 0.5", "[12] Epoch 3"})
    EXPECT_EQ(message_of(line), line);
  EXPECT_EQ(message_of("[INFO] tokens: 50M/1000M"), "tokens: 50M/1000M");
  EXPECT_EQ(message_of("[INFO] Run: 01, Epoch: 02"), "Run: 01, Epoch: 02");
  EXPECT_EQ(message_of("2024-05-01 10:00:00 - INFO - | timesteps | 2048 |"), "| timesteps | 2048 |");
  EXPECT_EQ(message_of("2024-05-01T10:00:00.1Z | timesteps | 2048 |"), "| timesteps | 2048 |");
  EXPECT_EQ(message_of("trainer-1  | | timesteps | 2048 |"), "| timesteps | 2048 |");
  EXPECT_EQ(message_of("INFO | iteration 10/ 100 | lm loss: 2.5 |"), "iteration 10/ 100 | lm loss: 2.5 |");
}

TEST(OtherLanguages, MoreCountersAndSteps) {
  EXPECT_EQ(heard_in("训练轮数 [3/8], 损失: 0.5"), "end 3/8; loss=0.5@3");
  EXPECT_EQ(heard_in("3/5エポック 損失:0.5"), "end 3/5; loss=0.5@3");
  EXPECT_EQ(heard_in("Iteración 100/1000 - Pérdida: 0.5"), "100/1000 step; loss=0.5");
  EXPECT_EQ(heard_in("Itération 100/1000, perte : 0.5"), "100/1000 step; loss=0.5");
  EXPECT_EQ(heard_in("Epok 3/5: kayıp = 0.5"), "end 3/5; loss=0.5@3");
}

TEST(StepWordings, FieldsOfALogfmtLineMayStandBefore) {
  EXPECT_EQ(
      heard_in("ts=2024-05-01T10:00:01Z level=info msg=\"train step\" step=100 total_steps=600 loss=0.5"),
      "100/600 step; train_loss=0.5");
  EXPECT_EQ(heard_in("[5k/100k] loss 0.5"), "~5000/100000 step; ~loss=0.5");
  EXPECT_EQ(heard_in("5% done, loss=0.5"), "~5/100 percent; ~loss=0.5");
}

}  // namespace
}  // namespace joulecast::progress
