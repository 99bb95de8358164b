#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(KerasFormat, AnEpochLastsUntilItsValidationIsOver) {
  const auto rows =
      heard({"Epoch 1/4\n", "12/80 [===>......................] - ETA: 1s - loss: 0.6931\b\b\b\b",
             "\r80/80 [====] - 1s 2ms/step - loss: 0.5",
             "\b\b\b\r80/80 [====] - 1s 2ms/step - loss: 0.5 - val_loss: 0.4\n",
             "20/20 [====] - 0s 2ms/step - loss: 0.4\n", "Epoch 2/4\n"});
  EXPECT_EQ(Rows(rows.begin() + 1, rows.end()),
            (Rows{"1: 12/80", "1: 80/80; loss=0.5@1; end 1", "1: 80/80; loss=0.5@1; val_loss=0.4@1; end 1",
                  "", "begin 2/4"}));
}

TEST(KerasFormat, Keras3AndVerbose2) {
  const auto rows =
      heard({"Epoch 3/6\n",
             "\x1b[1m 1/80\x1b[0m \x1b[37m━━━━━━━━━━\x1b[0m \x1b[1m37s\x1b[0m 477ms/step - loss: 0.9",
             "\rEpoch 3: val_loss improved from 0.3 to 0.2, saving model to best.keras\n", "Epoch 4/6\n",
             "40/40 - 1s - 16ms/step - accuracy: 0.9360 - loss: 0.3347\n", "Epoch 4: early stopping\n",
             "Restoring model weights from the end of the best epoch: 3.\n"});
  EXPECT_EQ(Rows(rows.begin() + 1, rows.end()),
            (Rows{"3: 1/80", "", "begin 4/6", "4: 40/40; accuracy=0.936@4; loss=0.3347@4; end 4", "", ""}));
}

TEST(KerasFormat, AFitThatCountsOnIsAnotherPhase) {
  const std::string steps = "16/16 - 1s - 50ms/step - loss: 0.5\n";
  const auto rows = heard({"Epoch 1/2\n", steps, "Epoch 2/2\n", steps, "Epoch 3/5\n", steps, "Epoch 4/5\n"});
  EXPECT_EQ(rows.at(2), "begin 2/2");
  EXPECT_EQ(rows.at(4), "phase; begin 3/5");
  EXPECT_EQ(rows.at(6), "begin 4/5");
}

TEST(KerasFormat, AFitOfOneEpochAnnouncesNone) {
  EXPECT_EQ(heard({"      1/Unknown 1s 508ms/step - loss: 0.8",
                   "\r40/40 ━━━━━━━━━━ 1s 16ms/step - loss: 0.7\n", "10/10 ━━━━━━━━━━ 0s 2ms/step\n"}),
            (Rows{"~phase; ~begin 1/1; ~1: 1", "~1: 40/40; ~end 1/1; ~loss=0.7@1", ""}));
}

TEST(KerasFormat, BarsOfALoopsOwnAreOfTheEpochThatItHeads) {
  EXPECT_EQ(heard({"epoch 1/3\n", "10/20 [=====>....] - ETA: 0s - loss: 0.5\r",
                   "20/20 [==========] - 1s 50ms/step - loss: 0.5\n",
                   "5/5 [==========] - 0s 50ms/step - loss: 0.25\n"}),
            (Rows{"begin 1/3", "1: 10/20", "1: 20/20; loss=0.5@1", ""}));
}

}  // namespace
}  // namespace joulecast::progress
