// Bars that are drawn beside the training's own: of downloads, of data, of evaluations; and what is told
// after them.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string bar(int done, int total, const std::string& title = "") {
  return fmt::format("\r{}{:3}%|####      | {}/{} [00:01<00:02, 12.3it/s]", title, 100 * done / total, done,
                     total);
}

TEST(BarsBesideTraining, BytesAreNoStepsWhateverTheyAreCalled) {
  for (const std::string text :
       {"train.bin:  45%|####      | 12.3M/27.1M [00:01<00:02, 9.00MB/s]",
        "train:  45%|####      | 12.3M/27.1M [00:01<00:02, 9.00MB/s]",
        "training_data.tar.gz:   0%|          | 0.00/27.1M [00:00<?, ?B/s]",
        "train-00000-of-00001.parquet:  45%|####      | 45/100 [00:01<00:02, 20.0it/s]",
        "data/train/model.safetensors:  45%|####      | 1.2G/2.7G [00:01<00:02, 9.00MiB/s]"})
    EXPECT_EQ(heard({text}), (Rows{"prepared"})) << text;
  EXPECT_EQ(heard({"Training:  45%|####      | 45/100 [00:01<00:02, 9.00batch/s]"}), (Rows{"~45/100 step"}));
  EXPECT_EQ(heard({"train v1.2:  45%|####      | 45/100 [00:01<00:02, 9.00it/s]"}), (Rows{"~45/100 step"}));
}

TEST(BarsBesideTraining, WhatTakesLessTimeThanTheBarBeforeItSaysNothing) {
  EXPECT_EQ(
      heard({bar(0, 100), bar(50, 100), bar(100, 100),                // the training
             bar(0, 20), bar(20, 20),                                 // its evaluation
             bar(0, 100), bar(50, 100), bar(100, 100), bar(0, 20)}),  // again
      (Rows{"~run", "~50/100 step", "~100/100 step", "", "", "~run", "~50/100 step", "~100/100 step", ""}));
}

TEST(BarsBesideTraining, WhatTakesLongerThanTheBarBeforeItIsHeard) {
  EXPECT_EQ(
      heard({bar(0, 1000), bar(1000, 1000), bar(0, 300), bar(1, 300), bar(2, 300), bar(3, 300)}, Seconds{1}),
      (Rows{"~run", "~1000/1000 step", "", "", "~2/300 step", "~3/300 step"}));
}

// The examples of PEFT: a bar for the training of each epoch and one for its evaluation, both without a name.
TEST(BarsBesideTraining, WhereLinesTellTheEpochsTheSecondBarIsItsEvaluation) {
  const std::string line = "\nepoch=0: train_ppl=tensor(1.2) eval_ppl=tensor(1.3)\n";
  EXPECT_EQ(heard({line, bar(0, 100), bar(100, 100) + "\n", bar(0, 20), bar(10, 20), bar(20, 20) + "\n",
                   "epoch=1: train_ppl=tensor(1.2) eval_ppl=tensor(1.3)\n", bar(50, 100)}),
            (Rows{"end 0; train_ppl=1.2@0; eval_ppl=1.3@0", "?: 0/100", "?: 100/100", "window> validation",
                  "", "window< validation", "end 1; train_ppl=1.2@1; eval_ppl=1.3@1", "?: 50/100"}));
}

TEST(BarsBesideTraining, TheStepsOfDiffusersAreKnownWithoutTheirBanner) {
  EXPECT_EQ(heard({"Steps:  12%|#2        | 120/1000 [00:15<01:51,  7.9it/s, lr=0.0001, step_loss=0.02]"}),
            (Rows{"step_loss=0.02; 120/1000 step"}));
  EXPECT_EQ(heard({"Steps: 120it [00:15,  7.9it/s, lr=0.0001, step_loss=0.02]"}),
            (Rows{"step_loss=0.02; 120 step"}));
  EXPECT_EQ(heard({"Steps:  12%|#2        | 120/1000 [00:15<01:51,  7.9it/s]"}), (Rows{"~120/1000 step"}));
}

TEST(BarsBesideTraining, AShareOnALineOfItsOwnIsAFigure) {
  EXPECT_EQ(heard({bar(20, 20) + "\n", "Accuracy on the test set: 71%\n"}),
            (Rows{"~20/20 step", "test_accuracy=0.71"}));
  EXPECT_EQ(heard({"Epoch 1/3: 100%|####| 20/20 [00:01<00:00, 20it/s]\n",
                   "Accuracy of the network on the 10000 test images: 54 %\n"}),
            (Rows{"begin 1/3; 1: 20/20; end 1/3", "end 1/3; test_accuracy=0.54@1"}));
}

TEST(BarsBesideTraining, WhatIsFilledWhileABarStandsAtZeroIsHeardIfItLasts) {
  EXPECT_EQ(heard({bar(0, 80), bar(1, 20), bar(2, 20), bar(3, 20), bar(4, 20)}, Seconds{12}),
            (Rows{"~run", "", "", "~3/20 step", "~4/20 step"}));
}

}  // namespace
}  // namespace joulecast::progress
