#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(RichFormat, OfNestedPercentagesTheOuterOneCounts) {
  EXPECT_EQ(heard({"Folds   ━━━━━━━━━━━━━━━━━━━━━━━━   0% 0:00:01\n",
                   "Batches ━━━━━━━━━━━━━━━━━━━━━━━━  50% 0:00:01\n",
                   "Folds   ━━━━━━━━━━━━━━━━━━━━━━━━  50% 0:00:01\n",
                   "Batches ━━━━━━━━━━━━━━━━━━━━━━━━  10% 0:00:01\n"}),
            (Rows{"~run", "", "~50/100 percent", ""}));
}

TEST(RichFormat, EpochsAndTheirSteps) {
  EXPECT_EQ(
      heard({"Epoch           ━━━━━━━╺━━━ 1/3   -:--:--\n", "Step of epoch 2 ━━━━━━━╺━━━ 12/20 0:00:01\n",
             "Epoch           ━━━━━━━╺━━━ 1/3   -:--:--\n", "Epoch 2/9 ━━━━━━╺━━━  45% 45/100 0:00:10\n"}),
      (Rows{"1/3 epoch", "begin 2; 2: 12/20", "", "2: 45/100"}));
}

TEST(RichFormat, PercentagesAreAGuess) {
  EXPECT_EQ(
      heard({"Training... ━━━━━╺━━━━━━━  12% 0:00:02\r", "Training... ----------------  13% 0:00:02\r"}),
      (Rows{"~12/100 percent", "~13/100 percent"}));
  EXPECT_EQ(heard({"Downloading ━━━━━╺━━━━━━━  12% 0:00:02\r", "Epoch 3 ━━━━━╺━━━  12% 0:00:02\r",
                   "Epoch 3 ━━━━━━━━━━ 100% 0:00:09\r"}),
            (Rows{"prepared", "begin 3; 3: 12/100", "3: 100/100; end 3"}));
}

TEST(RichFormat, ABarAroundThoseOfTheEpochsTellsHowManyThereAre) {
  EXPECT_EQ(heard({"Epochs  ━━━━━━━━━━━━━━━━━━━━━━━━   0% -:--:--\n",
                   "Epoch 1 ━━━━━━━━━━━━━━━━━━━━━━━━  50% 0:00:01\n",
                   "Epochs  ━━━━━━━━━━━━━━━━━━━━━━━━   0% -:--:--\n",
                   "Epochs  ━━━━━━━━━━━━━━━━━━━━━━━━  17% 0:00:01\n",
                   "Epoch 2 ━━━━━━━━━━━━━━━━━━━━━━━━  10% 0:00:01\n"}),
            (Rows{"~run", "begin 1; 1: 50/100", "", "total 6 epochs", "begin 2; 2: 10/100"}));
  // 3 % may be one of 29 to 40.
  EXPECT_EQ(heard({"Epochs  ━━━━━━━━━━━━━━━━━━━━━━━━   0% -:--:--\n",
                   "Epoch 1 ━━━━━━━━━━━━━━━━━━━━━━━━  50% 0:00:01\n",
                   "Epochs  ━━━━━━━━━━━━━━━━━━━━━━━━   3% 0:00:01\n"})
                .back(),
            "");
}

TEST(RichFormat, HeadingsAreNoBars) {
  for (const auto& events :
       heard({"---------- 3/10 ----------\n", "━━━━━━━━━━━━━━━━━━━━━━━━━\n", "┏━━━┳━━━━━━┳━━━━━━━━━━━━┓\n"}))
    EXPECT_EQ(events.find("3/10 step"), std::string::npos) << events;
}

TEST(OtherBarsFormat, AliveProgressClickAndProgressbar2) {
  EXPECT_EQ(heard({"Epoch 3 |████████▌               | ▄▆█ 34/100 [34%] in 3s (~6s, 11.2/s)\r",
                   "Epoch 3/9  [####################----------------]  11/20  00:00:00\r"}),
            (Rows{"begin 3; 3: 34/100", "3: 11/20"}));
  EXPECT_EQ(heard({" 45% (45 of 100) |########          | Elapsed Time: 0:00:04 ETA:   0:00:05\n"}),
            (Rows{"~45/100 step"}));
  EXPECT_EQ(heard({"Training  [############------------]   30%  00:00:12\r"}), (Rows{"~30/100 percent"}));
}

TEST(OtherBarsFormat, BarsThatALoopDrawsItself) {
  EXPECT_EQ(heard({"Epoch 3/9 [>         ] 1/10 loss 0.5\r", "Epoch 3/9 [=====     ] 5/10 loss 0.5\r",
                   "Epoch 3/9 [==========] 10/10 loss 0.5\r"}),
            (Rows{"begin 3/9; 3: 1/10; loss=0.5@3", "3: 5/10; loss=0.5@3", "3: 10/10; loss=0.5@3; end 3/9"}));
  EXPECT_EQ(heard({"[###       ] 30/100 loss 0.5\r"}), (Rows{"~loss=0.5; ~30/100 step"}));
  EXPECT_EQ(heard({"Training [█████░░░░░] 50% loss=0.5\r"}), (Rows{"~50/100 percent"}));
  EXPECT_EQ(heard({"Downloading [==>       ] 30%\r"}), (Rows{"prepared"}));
}

TEST(TablesFormat, ARowIsAnEpochOrSomeSteps) {
  const Seconds second{1};
  EXPECT_EQ(heard({"epoch | train_loss | lr\n", "------|------------|----\n", "1 | 0.5 | 1e-3\n",
                   "2 | 0.25 | 1e-3\n"},
                  second),
            (Rows{"", "", "end 1; train_loss=0.5@1", "end 2; train_loss=0.25@2"}));
  EXPECT_EQ(heard({"| Epoch | Val Acc |\n", "|  1/9  | 50% |\n"}, second),
            (Rows{"", "end 1/9; val_acc=0.5@1"}));
  EXPECT_EQ(heard({"epoch,loss,val_loss\n", "0,0.5,0.25\n"}, second),
            (Rows{"", "end 0; loss=0.5@0; val_loss=0.25@0"}));
  EXPECT_EQ(heard({"┃ Epoch ┃ Train  ┃ Val    ┃\n", "┡━━━━━━━╇━━━━━━━━╇━━━━━━━━┩\n",
                   "│ 1/7   │ 0.5    │ 0.25   │\n", "└───────┴────────┴────────┘\n"},
                  second),
            (Rows{"", "", "end 1/7; train=0.5@1; val=0.25@1", ""}));
  EXPECT_EQ(heard({"  iter   loss\n", "  1,000  0.5\n"}, second), (Rows{"", "1000 step; loss=0.5"}));
}

TEST(TablesFormat, ATableThatIsPrintedAgainWithARowMore) {
  const std::string header = "   epoch  train_loss  val_loss\n";
  const std::string first = "0      1    1.000000      1.2\n", second = "1      2    0.500000      0.6\n";
  EXPECT_EQ(heard({header + first, header + first + second, header + first + second}, Seconds{1}),
            (Rows{"", "~2 epoch; ~train_loss=0.5@2; ~val_loss=0.6@2", ""}));
}

TEST(TablesFormat, TheFirstRowMayComeWithTheHeader) {
  const Rows expected{"", "end 1; loss=0.9@1; end 2; loss=0.8@2", "end 3; loss=0.7@3"};
  EXPECT_EQ(
      heard({"epoch | loss\n------------\n    1 | 0.9\n", "    2 | 0.8\n", "    3 | 0.7\n"}, Seconds{1}),
      expected);
  // where it was printed is where the first epoch ended
  auto recogniser = OutputRecogniser::create();
  (void)recogniser->feed("epoch,loss\n0,0.9\n", SteadyTime{} + Seconds{5});
  const auto events = recogniser->feed("1,0.8\n", SteadyTime{} + Seconds{9});
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events[0].epoch, 0);
  EXPECT_EQ(events[0].time, SteadyTime{} + Seconds{5});
  EXPECT_EQ(events[2].epoch, 1);
  EXPECT_EQ(events[2].time, SteadyTime{} + Seconds{9});
}

TEST(TablesFormat, AHeaderThatIsPrintedNowAndThenBeginsNothing) {
  EXPECT_EQ(heard({"step loss\n", "10 0.9\n", "20 0.8\n", "step loss\n30 0.7\n", "40 0.6\n"}, Seconds{1}),
            (Rows{"", "10 step; loss=0.9", "20 step; loss=0.8", "30 step; loss=0.7", "40 step; loss=0.6"}));
}

TEST(TablesFormat, ASummaryIsNoTraining) {
  EXPECT_EQ(heard({"epoch | loss\n1 | 0.9\n2 | 0.8\n3 | 0.7\n", "4 | 0.6\n"}, Seconds{1}), (Rows{"", ""}));
}

TEST(TablesFormat, WhatIsNoTraining) {
  const Seconds second{1};
  EXPECT_EQ(heard({"epoch | lr\n", "0 | 0.1\n", "1 | 0.01\n"}, second), (Rows{"", "", ""}))
      << "no figure that was reached";
  EXPECT_EQ(heard({"epoch  loss\n", "1  0.5\n", "2  0.25\n"}), (Rows{"", "", ""}))
      << "a summary comes at once";
  EXPECT_EQ(heard({"Epoch 3 | loss 0.5\n"}, second), (Rows{"end 3; loss=0.5@3"})) << "no header";
}

TEST(BarsFormat, ABarThatNamesTheEpochItCountsGoesOnWithTheSecond) {
  EXPECT_EQ(heard({"\rEpoch 1/20:   0%|          | 0/20 [00:00<?, ?it/s]\r",
                   "Epoch 1/20:   5%|          | 1/20 [00:01<00:19,  1.00it/s]\r",
                   "Epoch 2/20:   5%|          | 1/20 [00:01<00:19,  1.00it/s]\r",
                   "Epoch 2/20:  10%|#         | 2/20 [00:02<00:18,  1.00it/s]\r"}),
            (Rows{"", "", "1/20 epoch", "2/20 epoch"}));
}

TEST(BarsFormat, EpochsWithinEpisodesAreNotTheTrainings) {
  EXPECT_EQ(heard({"Episode [1/2]:  10%|#         | 1/10 [00:05<01:00,  5.10s/it]\n",
                   "Train epoch [1/1]:  25%|##        | 1/4 [00:01<00:04,  1.10it/s]\n",
                   "Episode [1/2]:  20%|##        | 2/10 [00:05<01:00,  5.10s/it]\n"}),
            (Rows{"begin 1/2; 1: 1/10", "", "1: 2/10"}));
}

TEST(BarsFormat, EpochsNamedTogetherWithTheirSet) {
  EXPECT_EQ(heard({"EP_train:0:  50%|| 10/20 [00:01<00:04,  3.00it/s]\n",
                   "EP_test:0:  40%|| 2/5 [00:01<00:04,  3.00it/s]\n"}),
            (Rows{"begin 0; 0: 10/20", "window> validation"}));
}

TEST(BarsFormat, PercentagesOfOtherLibraries) {
  EXPECT_EQ(heard({"gbm Model Build progress: |███████████                  | 38%\n"}),
            (Rows{"~38/100 percent"}));
  EXPECT_EQ(heard({"Training  38%|███████▋            |  ETA: 0:00:10\n"}), (Rows{"~38/100 percent"}));
}

}  // namespace
}  // namespace joulecast::progress
