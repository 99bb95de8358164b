#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(TqdmFormat, EpochsAreCountedAndPercentagesAreNot) {
  EXPECT_EQ(heard({"\rEpoch:   0%|          | 0/3 [00:00<?, ?it/s]",
                   "\rEpoch:  33%|###3      | 1/3 [00:01<00:02,  1.0s/it]",
                   "\rEpoch: 100%|##########| 3/3 [00:03<00:00,  1.0s/it]\n"}),
            (Rows{"0/3 epoch", "1/3 epoch", "3/3 epoch"}));
  EXPECT_EQ(heard({" 50%|█████     | 5/10 [00:01<00:02,  1.5epoch/s]"}), (Rows{"5/10 epoch"}));
}

TEST(TqdmFormat, TitlesThatNameAnEpochCountItsSteps) {
  for (const std::string title :
       {"Epoch 2/9", "[Epoch 2/9]", "Epoch [2/9]", "Epoch: 2/9", "Epoch 2 of 9", "Training epoch 2/9",
        "Train Epoch 2/9", "Epoch 2/9 - train", "Epoch 2/9 [Train]"})
    EXPECT_EQ(heard({title + ":  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}),
              (Rows{"begin 2/9; 2: 45/100"}))
        << title;
  for (const std::string title :
       {"Epoch 2", "Epoch #2", "epoch=2", "Epoch 02", "Ep 2", "Training epoch 2", "Epoch 2 (train)"})
    EXPECT_EQ(heard({title + ":  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}), (Rows{"begin 2; 2: 45/100"}))
        << title;
  EXPECT_EQ(heard({"train 2:  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}), (Rows{"~begin 2; ~2: 45/100"}));
}

TEST(TqdmFormat, AFullBarEndsItsEpochAndAValidationMakesItLast) {
  EXPECT_EQ(heard({"Epoch 1/2: 100%|####| 80/80 [00:03<00:00, 12.3batch/s, loss=0.2]\n",
                   "Epoch 1/2 [val]:  50%|##  | 5/10 [00:03<00:00, 12.3it/s]\r",
                   "Epoch 1/2 [val]: 100%|####| 10/10 [00:03<00:00]\n",
                   "Epoch 2/2:   1%|    | 1/80 [00:03<00:00, 12.3batch/s, loss=0.2]\r"}),
            (Rows{"begin 1/2; 1: 80/80; loss=0.2@1; end 1/2", "window> validation",
                  "end 1; window< validation", "begin 2/2; 2: 1/80; loss=0.2@2"}));
}

TEST(TqdmFormat, ASecondBarOfAnEpochIsItsValidation) {
  EXPECT_EQ(heard({"Epoch 1: 100%|####| 80/80 [00:03<00:00, 12it/s]\n",
                   "Epoch 1:  50%|##  | 5/10 [00:03<00:00, 12it/s]\r",
                   "Epoch 1: 100%|####| 10/10 [00:03<00:00, 12it/s]\n"}),
            (Rows{"begin 1; 1: 80/80; end 1", "", "end 1"}));
}

TEST(TqdmFormat, ABarThatBeginsLaterWasThereBefore) {
  auto recogniser = OutputRecogniser::create();
  const auto events = recogniser->feed("Epochs:  82%|###  | 45/55 [00:00<?, ?it/s]\n", SteadyTime{});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].work, 45);
  EXPECT_EQ(events[0].counted_from, 45);
}

TEST(TqdmFormat, BarsOfFoldsBeginPhases) {
  EXPECT_EQ(
      heard({"Folds:   0%|    | 0/2 [00:00<?, ?it/s]\n", "Epoch:  33%|#   | 1/3 [00:01<00:02,  1.0s/it]\n",
             "Folds:  50%|##  | 1/2 [00:03<00:03, 3s/it]\n",
             "Epoch:  33%|#   | 1/3 [00:01<00:02,  1.0s/it]\n",
             "Folds: 100%|####| 2/2 [00:06<00:00, 3s/it]\n"}),
      (Rows{"phase fold 1/2", "1/3 epoch", "phase fold 2/2", "1/3 epoch", ""}));
  EXPECT_EQ(heard({"Fold 2/5, Epoch 1/3:  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}),
            (Rows{"phase Fold 2/5; begin 1/3; 1: 45/100"}));
}

TEST(TqdmFormat, OneBarOverAllEpochsIsNamedAfterTheOneThatRuns) {
  EXPECT_EQ(heard({"Epoch 1/3:   0%|    | 0/120 [00:00<?, ?batch/s]\r",
                   "Epoch 1/3:  33%|#   | 40/120 [00:01<00:02, 40batch/s]\r",
                   "Epoch 2/3:  50%|##  | 60/120 [00:01<00:02, 40batch/s]\r"}),
            (Rows{"begin 1/3; 1: 0/120", "1: 40/120", "begin 2/3; 2: 20/40"}));
}

TEST(TqdmFormat, ABarAroundThoseOfTheEpochsTellsHowManyThereAre) {
  EXPECT_EQ(
      heard({"Training:   0%|    | 0/5 [00:00<?, ?it/s]\n", "ep0:  50%|##  | 10/20 [00:01<00:01, 10it/s]\r",
             "Training:  20%|#   | 1/5 [00:02<00:08, 2s/it]\r"}),
      (Rows{"~run", "begin 0; 0: 10/20", "total 5 epochs"}));
}

TEST(TqdmFormat, WhatIsNoTrainingIsNotHeard) {
  for (const std::string title :
       {"Downloading (…)lve/main/config.json", "Tokenizing train dataset", "Map (num_proc=4)",
        "Running tokenizer on dataset", "Loading checkpoint shards", "Preparing shards",
        "Generating train split", "Extracting features", "Fetching 4 files", "Computing FID",
        "Finding best initial lr", "LR range test"})
    EXPECT_EQ(heard({title + ":  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}), (Rows{"prepared"})) << title;
  EXPECT_EQ(heard({"model.safetensors:  45%|####  | 45.0M/100M [00:03<00:04, 12.3MB/s]"}),
            (Rows{"prepared"}));
  EXPECT_EQ(heard({" 45%|####  | 45/100 [00:03<00:04, 12.3 examples/s]"}), (Rows{"prepared"}));
  for (const std::string title : {"Processing", "Loading data", "Reading batches"})
    EXPECT_EQ(heard({title + ":  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}), (Rows{""}))
        << title << " may be the training's own batches";
  for (const std::string title :
       {"Evaluating", "Validation", "Testing", "Epoch 3 [val]", "val", "Predicting"})
    EXPECT_EQ(heard({title + ":  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}), (Rows{"window> validation"}))
        << title;
  EXPECT_EQ(heard({"Epoch 3 val_loss 0.5:  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}),
            (Rows{"begin 3; 3: 45/100; val_loss=0.5@3"}));
}

TEST(TqdmFormat, ABarWithoutANameIsAGuess) {
  EXPECT_EQ(heard({"  0%|    | 0/100 [00:00<?, ?it/s]\r", " 45%|##  | 45/100 [00:03<00:04, 12.3it/s]\r"}),
            (Rows{"~run", "~45/100 step"}));
  // The epoch among the figures: it may go on over all of them, or begin again with each.
  EXPECT_EQ(heard({" 45%|##  | 45/100 [00:03<00:04, 12.3it/s, epoch=1, loss=0.5]"}),
            (Rows{"~loss=0.5; ~45/100 step"}));
  // A validation at each step: they are epochs.
  EXPECT_EQ(heard({"Training:  12%|#   | 1/8 [00:03<00:04, 1.3it/s, val_loss=0.5]"}),
            (Rows{"~1/8 epoch; ~val_loss=0.5@1"}));
}

TEST(TqdmFormat, SamplersOfImagesAreNoTraining) {
  for (const auto* title : {"DDIM Sampler", "Sampling", "Denoising"})
    EXPECT_EQ(heard({std::string(title) + ":  40%|1   | 20/50 [00:02<00:03, 10it/s]\r"}),
              (Rows{"window> validation"}));
}

TEST(TqdmFormat, TokensMayBeCountedInThousands) {
  EXPECT_EQ(heard({"pretrain:   1%|1         | 20.0k/2.00M [00:00<00:07, 249ktok/s]\r"}),
            (Rows{"~20000/2000000 token"}));
}

TEST(TqdmFormat, ABarBelowCountsTheStepsOfAnEpoch) {
  EXPECT_EQ(heard({"\r  0%|    | 0/3 [00:00<?, ?it/s]", "\n\r 40%|##  | 20/50 [00:03<00:04]\x1b[A",
                   "\r 33%|#   | 1/3 [00:01<00:02,  1.0s/it]", "\n\r 40%|##  | 20/50 [00:03<00:04]\x1b[A"}),
            (Rows{"~run", "0/3 epoch; ?: 20/50", "1/3 epoch", "?: 20/50"}));
  // Between two steps of a bar that has moved without one: an evaluation.
  EXPECT_EQ(heard({"\r 30%|#   | 30/90 [00:01<00:02]", "\n\r 40%|##  | 4/10 [00:03<00:04]\x1b[A"}),
            (Rows{"~30/90 step", ""}));
}

TEST(TqdmFormat, ABarThatMovesWithLinesOfEpochsCountsThem) {
  const auto rows = heard({"\r  0%|    | 0/5 [00:00<?, ?it/s]", "\rEpoch 0: loss 0.5\n",
                           "\r  0%|    | 0/5 [00:01<?, ?it/s]", "\r 20%|#   | 1/5 [00:01<00:04,  1.0s/it]"});
  EXPECT_EQ(rows[3], "1/5 epoch");
  // One bar of all steps beside lines of epochs.
  const auto steps = heard({"\r  0%|    | 0/150 [00:00<?, ?it/s]", "\r 32%|#   | 48/150 [00:00<?, ?it/s]",
                            "\nEpoch 0: loss 0.5\n", "\r 40%|#   | 60/150 [00:01<?, ?it/s]"});
  EXPECT_EQ(steps[3], "~60/150 step");
}

TEST(TqdmFormat, NumbersThatMayBeCutAreNotRead) {
  EXPECT_EQ(heard({"Epoch 1/2:  45%|####  | 45/1\r", "Epoch 1/2:  45%|####  | 45/100\r",
                   "Epoch 1/2:   0%|      | 0/1\r"}),
            (Rows{"", "begin 1/2; 1: 45/100", ""}));
  EXPECT_EQ(heard({"Epoch 1/2:  45%|####  | 45/100 [00:03<00:04, 12.3it/s, acc=0.5, loss=0.2"}),
            (Rows{"begin 1/2; 1: 45/100; acc=0.5@1"}));
}

TEST(TqdmFormat, AnUnknownTotalEndsWithItsLine) {
  EXPECT_EQ(heard({"Epoch 1: 45it [00:03, 12.3it/s]\r", "Epoch 1: 60it [00:04, 12.3it/s]\n"}),
            (Rows{"begin 1; 1: 45", "1: 60; end 1"}));
}

TEST(TqdmFormat, AMessageBehindABarIsALineOfItsOwn) {
  EXPECT_EQ(heard({"Epochs:  20%|#   | 1/5 [00:00<00:02, 47.5it/s]{\"epoch\": 3, \"epochs\": 5, "
                   "\"train_loss\": 0.5}\n"}),
            (Rows{"1/5 epoch; end 3/5; train_loss=0.5@3"}));
}

TEST(TqdmFormat, LinesThatLookLikeBarsAreNone) {
  for (const std::string line : {"Test set: Accuracy: 97% 388/400", "Train Epoch: 1 [6400/60000 (11%)]",
                                 "took 3s [00:01]x", "| a | 3/4 | b |"})
    for (const auto& events : heard({line + "\n"}))
      EXPECT_EQ(events.find("/400"), std::string::npos) << line << ": " << events;
}

// simpletransformers
TEST(TqdmFormat, ABarMayNameTheEpochThatItCounts) {
  EXPECT_EQ(heard({"\rEpoch 1 of 3:   0%|      | 0/3 [00:00<?, ?it/s]",
                   "\n\rEpochs 0/3. Running Loss:    0.5000:  50%|##  | 50/100 [00:01<00:01, 50.0it/s]\x1b[A",
                   "\rEpoch 2 of 3:  33%|#     | 1/3 [00:02<00:04, 2.00s/it]"}),
            (Rows{"", "begin 0; 0: 50/100; Loss=0.5@0", "total 3 epochs"}));
  // Three epochs of three steps each.
  EXPECT_EQ(heard({"\rEpoch 1/3:   0%|      | 0/3 [00:00<?, ?it/s]",
                   "\rEpoch 1/3:  33%|#     | 1/3 [00:01<00:02, 1.00s/it]",
                   "\rEpoch 1/3:  67%|##    | 2/3 [00:02<00:01, 1.00s/it]"}),
            (Rows{"", "", "begin 1/3; 1: 2/3"}));
}

TEST(TqdmFormat, ABarBeforeItsFirstStepMayStandAtMinusOne) {
  EXPECT_EQ(heard({"\rTraining: -1it [00:00, ?it/s]"}), (Rows{"~run"}));
}

TEST(TqdmFormat, AnEpochAmongItsFiguresIsSureOnceTheBarGoesOnWithTheNext) {
  EXPECT_EQ(heard({" 45%|##  | 45/100 [00:03<00:04, 12.3it/s, epoch=0]\n",
                   " 55%|##  | 55/100 [00:03<00:04, 12.3it/s, epoch=1]\n"}),
            (Rows{"~45/100 step", "55/100 step"}));
  EXPECT_EQ(heard({" 95%|##  | 95/100 [00:03<00:04, 12.3it/s, epoch=0]\n",
                   "  5%|##  | 5/100 [00:03<00:04, 12.3it/s, epoch=1]\n"}),
            (Rows{"~95/100 step", "~5/100 step"}));
}

TEST(TqdmFormat, WhatIsDoneWithADatasetIsPreparation) {
  EXPECT_EQ(heard({"Train dataset reference log probs:  50%|##  | 25/50 [00:03<00:04, 12.3it/s]\n"}),
            (Rows{"prepared"}));
}

}  // namespace
}  // namespace joulecast::progress
