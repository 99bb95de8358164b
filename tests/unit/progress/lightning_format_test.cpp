#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(LightningFormat, EpochsCountFromZeroAndLastUntilTheirValidationIsOver) {
  EXPECT_EQ(heard({"Sanity Checking DataLoader 0: 100%|####| 2/2 [00:00<00:00, 40.0it/s]\n",
                   "Training: |          | 0/? [00:00<?, ?it/s]\r",
                   "Epoch 0:  10%|#   | 4/40 [00:00<00:00, 43.83it/s]\r",
                   "Epoch 0: 100%|####| 40/40 [00:00<00:00, 43.8it/s, train_loss=0.6, val_loss=0.9]",
                   "\n\rValidation DataLoader 0:   0%|    | 0/20 [00:00<?, ?it/s]\x1b[A",
                   "\n\rValidation DataLoader 0: 100%|####| 20/20 [00:00<00:00]\x1b[A",
                   "\rEpoch 0: 100%|####| 40/40 [00:00<00:00, 43.8it/s, train_loss=0.6, val_loss=0.5]"
                   "`Trainer.fit` stopped: `max_epochs=1` reached.\n"}),
            (Rows{"", "", "begin 0; 0: 4/40", "0: 40/40; end 0; train_loss=0.6@0", "window> validation",
                  "window< validation", "0: 40/40; end 0; train_loss=0.6@0; val_loss=0.5@0; run over"}));
}

TEST(LightningFormat, LengthsThatAreNotKnown) {
  EXPECT_EQ(heard({"GPU available: True (cuda), used: True\n",
                   "Epoch 3: |          | 45/? [00:03<00:00, 12.3it/s, v_num=0]\r",
                   "Epoch 4: 12it [00:03, 12.3it/s, loss=0.5, v_num=0]\r"}),
            (Rows{"", "begin 3; 3: 45", "begin 4; 4: 12"}));
}

TEST(LightningFormat, OtherBarsOfTheSameTitleAreLeftAlone) {
  // Without a trace of Lightning: a loop's own bar, whose first epoch may be 1.
  EXPECT_EQ(heard({"Epoch 1:  10%|#   | 4/40 [00:00<00:00, 43.83it/s]\r",
                   "Validation: 100%|####| 4/4 [00:00<00:00]\r"}),
            (Rows{"begin 1; 1: 4/40", ""}));
}

TEST(LightningFormat, TheRichBarPrintsTheLastNumber) {
  EXPECT_EQ(heard({"Epoch 0/2  ━━━━━━╺━━━ 18/40 0:00:00 • 0:00:01 43.67it/s train_loss: 0.250\n",
                   "Validation ━━━━━━╺━━━ 7/20  0:00:00 • 0:00:01 43.03it/s\n",
                   "Epoch 0/2  ━━━━━━━━━━ 40/40 0:00:01 • 0:00:00 43.67it/s train_loss: 0.200\n"}),
            (Rows{"begin 0/3; 0: 18/40", "", "end 0/3; train_loss=0.2@0"}));
}

}  // namespace
}  // namespace joulecast::progress
