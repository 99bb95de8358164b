#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(HuggingFaceTrainerFormat, TheBannerTellsTotals) {
  EXPECT_EQ(heard({"***** Running training *****\n", "  Num examples = 30,080\n", "  Num Epochs = 3\n",
                   "  Total train batch size (w. parallel, distributed & accumulation) = 8\n",
                   "  Gradient Accumulation steps = 4\n", "  Total optimization steps = 11,280\n",
                   "  Number of trainable parameters = 30,080\n"}),
            (Rows{"run", "", "total 3 epochs", "", "", "total 11280 step", ""}));
}

TEST(HuggingFaceTrainerFormat, EpochsThatMaxStepsCutAreFractions) {
  EXPECT_EQ(heard({"***** Running training *****\n", "  Num Epochs = 5\n",
                   "  Num update steps per epoch = 20\n", "  Total optimization steps = 90\n"}),
            (Rows{"run", "total 5 epochs", "per epoch 20", "total 90 step; total 4.5 epochs"}));
  // A stream without a length.
  EXPECT_EQ(heard({"***** Running training *****\n", "  Num Epochs = 9,223,372,036,854,775,807\n",
                   "  Total optimization steps = 90\n"}),
            (Rows{"run", "", "total 90 step"}));
}

TEST(HuggingFaceTrainerFormat, DictsInEveryVersion) {
  EXPECT_EQ(heard({"{'loss': 4.557, 'grad_norm': 0.97, 'learning_rate': 4.6e-05, 'epoch': 0.25}\n",
                   "{'loss': '4.5', 'grad_norm': '0.97', 'learning_rate': '4.6e-05', 'epoch': '1'}\n",
                   "{'eval_loss': 4.4, 'eval_runtime': 0.0111, 'epoch': 1.0}\n",
                   "{'loss': 4.1, 'learning_rate': 4.6e-05, 'epoch': 1.25, 'throughput': 1200.5}\n",
                   "{'train_runtime': 3.0, 'train_loss': 4.3, 'epoch': 1.5}\n",
                   "{'eval_loss': 4.4, 'eval_runtime': 0.0111, 'epoch': 1.5}\n"}),
            (Rows{"0.25 epoch; loss=4.557@1", "1 epoch; loss=4.5@1",
                  "1 epoch; window< validation; end 1; eval_loss=4.4@1", "1.25 epoch; loss=4.1@2",
                  "1.5 epoch; run over", ""}));
}

TEST(HuggingFaceTrainerFormat, FiguresOfAnEpochThatNoDictNames) {
  EXPECT_EQ(heard({"{'loss': 4.5, 'learning_rate': 4.6e-05, 'epoch': 0.98}\n",
                   "{'loss': 4.1, 'learning_rate': 4.6e-05, 'epoch': 1.47}\n"}),
            (Rows{"0.98 epoch; loss=4.5@1", "1.47 epoch; loss=4.5@1; loss=4.1@2"}));
}

TEST(HuggingFaceTrainerFormat, TheBarIsTheTrainingsOnceADictIsSeen) {
  EXPECT_EQ(heard({"\r  7%|#   | 8/120 [00:00<00:02, 38.49it/s]",
                   "\r{'loss': 4.5, 'learning_rate': 4.6e-05, 'epoch': 0.25}\n",
                   "\r  8%|#   | 10/120 [00:00<00:02, 38.49it/s]",
                   "\n\r 50%|##  | 5/10 [00:00<00:02, 38.49it/s]\x1b[A",
                   "\r 10%|#   | 12/120 [00:00<00:02, 38.49it/s]",
                   "\nWriting model shards: 100%|####| 1/1 [00:00<00:00]\n"}),
            (Rows{"~8/120 step", "0.25 epoch; loss=4.5@1", "10/120 step", "", "12/120 step", ""}));
}

TEST(HuggingFaceTrainerFormat, OtherDictsAreLeftAlone) {
  EXPECT_EQ(heard({"{'epochs': 3, 'loss': 'mse'}\n", "{'task': {'name': 'Causal Language Modeling'}}\n"}),
            (Rows{"", ""}));
  EXPECT_EQ(heard({"***** train metrics *****\n", "  epoch                    =        3.0\n",
                   "  train_loss               =     3.2\n"}),
            (Rows{"", "", ""}));
}

TEST(AccelerateFormat, EpochsCountFromZeroOnTheBarsRow) {
  EXPECT_EQ(heard({"***** Running training *****\n", "  Total optimization steps = 150\n",
                   "\r 32%|##  | 48/150 [00:00<00:02, 47.5it/s]11/29/2026 01:33:51 - INFO - __main__ - epoch "
                   "0: {'accuracy': 0.89}\n",
                   "Steps:  33%|##  | 50/150 [00:00<00:02, 47.5it/s, lr=0.01, step_loss=0.5]\r"}),
            (Rows{"run", "total 150 step", "48/150 step; end 0; val_accuracy=0.89@0",
                  "step_loss=0.5; 50/150 step"}));
}

TEST(HuggingFaceTrainerFormat, MsSwiftTellsTheSteps) {
  EXPECT_EQ(heard({"{'loss': 0.5, 'learning_rate': 1e-05, 'epoch': 0.2, 'global_step/max_steps': '5/50'}\n"}),
            (Rows{"5/50 step; loss=0.5@1"}));
}

TEST(HuggingFaceTrainerFormat, UnslothsBanner) {
  EXPECT_EQ(heard({"==((====))==  Unsloth - 2x faster free finetuning | Num GPUs used = 1\n",
                   "   \\\\   /|    Num examples = 480 | Num Epochs = 1 | Total steps = 30\n",
                   "\\        /    Data Parallel GPUs = 1 | Total batch size (2 x 4 x 1) = 8\n"}),
            (Rows{"run", "total 1 epochs; total 30 step", "total 0.5 epochs"}));
}

TEST(HuggingFaceTrainerFormat, NoneOfALongEpochIsNoEpochDone) {
  EXPECT_EQ(heard({"  0%|          | 0/2000 [00:00<?, ?it/s]\n",
                   "{'loss': 0.5, 'grad_norm': 1.5, 'learning_rate': 1e-05, 'epoch': 0.0}\n",
                   "  0%|          | 5/2000 [00:05<33:15, 1.00s/it]\n"}),
            (Rows{"~run", "loss=0.5@1", "5/2000 step"}));
}

}  // namespace
}  // namespace joulecast::progress
