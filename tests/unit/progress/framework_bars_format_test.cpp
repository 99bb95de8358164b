// Frameworks with bars of their own: fastai, Ultralytics, Ignite, Composer, torchtune, NeMo, PaddlePaddle.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

TEST(FastaiFormat, TheBarAndTheRowAreOneEpoch) {
  EXPECT_EQ(heard({"epoch     train_loss  valid_loss  accuracy  time    \n",
                   "\rEpoch 1/4 : |████------| 10.00% [5/50 00:00<00:01... 0.8465]",
                   "\rEpoch 1/4 : |█████-----| 50.00% [5/10 00:00<00:01... 0.8465]",
                   "\r0         0.660193    0.595146    0.860000  00:01     \n"}),
            (Rows{"phase", "begin 1/4; 1: 5/50", "",
                  "end 1/4; train_loss=0.660193@1; valid_loss=0.595146@1; val_accuracy=0.86@1"}));
}

TEST(FastaiFormat, TheTableAloneCountsFromZero) {
  EXPECT_EQ(heard({"epoch     train_loss  valid_loss  time    \n",
                   "0         0.660193    None        00:01     \n"}),
            (Rows{"phase", "end 0; train_loss=0.660193@0"}));
}

TEST(UltralyticsFormat, TheRowOfAllClassesEndsTheEpoch) {
  EXPECT_EQ(
      heard({"Starting training for 3 epochs...\n",
             "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n",
             "        3/3      2.11G      6.624      3.599      4.112          8        640:  33% "
             "━━━━──────── 2/6 3.8it/s 0.2s<1.0s",
             "\r        3/3      2.11G      6.531      3.498      4.065          8        640: "
             "100%|██████████| 6/6 [00:05<00:00,  1.5it/s]\n",
             "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100% "
             "━━━━━━━━━━━━ 1/1 21.0it/s 0.0s\n",
             "                   all         16         16        0.1        0.2        0.3        0.4\n",
             "3 epochs completed in 0.001 hours.\n",
             "                   all         16         16        0.1        0.2        0.3        0.4\n"}),
      (Rows{"run; total 3 epochs", "", "begin 3/3; 3: 2/6",
            "3: 6/6; end 3/3; train_box_loss=6.531@3; train_cls_loss=3.498@3; train_dfl_loss=4.065@3", "",
            "end 3/3; val_mAP50=0.3@3; val_mAP50-95=0.4@3", "run over", ""}));
}

TEST(UltralyticsFormat, YoloV5PrintsTheLastNumber) {
  EXPECT_EQ(heard({"      Epoch    GPU_mem   box_loss   obj_loss   cls_loss  Instances       Size\n",
                   "       0/99     3.36G    0.04627    0.0669    0.01742        51        640:  50%|█████   "
                   "  | 4/8 [00:02<00:02,  1.6it/s]"}),
            (Rows{"", "begin 0/100; 0: 4/8"}));
}

TEST(UltralyticsFormat, ANarrowTerminalCutsTheFigures) {
  EXPECT_EQ(heard({"      Epoch    GPU_mem       loss  Instances       Size\n",
                   "        1/3         0G     0.5577      …: 100% ━━━━━━━━━━━━ 10/10 59.8it/s 0.2s\n"}),
            (Rows{"", "begin 1/3; 1: 10/10; end 1/3; train_loss=0.5577@1"}));
}

TEST(IgniteFormat, EvaluatorsAreNoTraining) {
  EXPECT_EQ(heard({"2026-11-29 01:36:08,568 trainer INFO: Engine run starting with max_epochs=3.\n",
                   "\rEpoch [1/3]: [12/50]  24%|██▍       , loss=0.84 [00:00<00:00]",
                   "\n2026-11-29 01:36:09,568 evaluator INFO: Engine run starting with max_epochs=1.\n",
                   "2026-11-29 01:36:09,868 evaluator INFO: Epoch[1] Complete. Time taken: 00:00:00.110\n",
                   "Validation Results - Epoch: 1 Avg accuracy: 0.94 Avg loss: 0.21\n",
                   "2026-11-29 01:36:11,888 trainer INFO: Epoch[1] Complete. Time taken: 00:00:01.110\n",
                   "2026-11-29 01:36:11,888 trainer INFO: Engine run finished. Time taken: 00:00:03.320\n"}),
            (Rows{"run; total 3 epochs", "begin 1/3; 1: 12/50; loss=0.84@1", "", "",
                  "val_accuracy=0.94@1; val_loss=0.21@1", "end 1/3", "run over"}));
}

TEST(ComposerFormat, BarsOfEpochsAndOfBatches) {
  EXPECT_EQ(
      heard(
          {"train          Epoch   0:   24%|███      | 12/50 [00:00<00:00, 42.3ba/s, "
           "loss/train/total=0.68]\r",
           "train          Epoch   0:  100%|█████████| 50/50 [00:00<00:00, 42.3ba/s, loss/train/total=0.5]\r",
           "eval           Epoch   0:  100%|█████████| 10/10 [00:00<00:00, 1858ba/s, "
           "metrics/eval/Accuracy=0.91]\r"}),
      (Rows{"begin 0; 0: 12/50; loss/train/total=0.68@0", "0: 50/50; end 0; loss/train/total=0.5@0",
            "window< validation; end 0; metrics/eval/Accuracy=0.91@0"}));
  EXPECT_EQ(heard({"train                         24%|███      | 120/500 [00:02<00:09, 42.3ba/s]\r"}),
            (Rows{"120/500 step"}));
}

TEST(ComposerFormat, TheConsole) {
  EXPECT_EQ(heard({"[batch=12/120]:\n", "\t Train time/epoch: 0\n", "\t Train loss/train/total: 0.6894\n",
                   "[Eval batch=1/10] Eval on eval data\n", "[Eval batch=10/10] Eval on eval data:\n",
                   "\t Eval metrics/eval/Accuracy: 0.9\n"}),
            (Rows{"12/120 step", "", "loss/train/total=0.6894", "window> validation", "window< validation",
                  "metrics/eval/Accuracy=0.9"}));
  EXPECT_EQ(heard({"[epoch=1][batch=50/50]:\n"}), (Rows{"begin 1; 1: 50/50; end 1"}));
}

TEST(TorchtuneFormat, TheTitleTellsTheEpoch) {
  EXPECT_EQ(
      heard({"INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:\n",
             "epochs: 2\n", "  0%|          | 0/30 [00:00<?, ?it/s]\r",
             "1|2|Loss: 8.77:   6%|          | 2/30 [00:04<00:56,  2.01s/it]\r",
             "1|30|Loss: 8.1: 100%|##########| 30/30 [00:04<00:56,  2.01s/it]\n",
             "  0%|          | 0/30 [00:00<?, ?it/s]\r"}),
      (Rows{"", "total 2 epochs", "run; per epoch 30", "begin 1; 1: 2/30; Loss=8.77@1",
            "1: 30/30; end 1; Loss=8.1@1", "begin 2"}));
}

TEST(NemoFormat, TheBarCountsAllSteps) {
  EXPECT_EQ(
      heard(
          {"    will be used during training (effective maximum steps = 50) - \n",
           "Epoch 0: :  16%|#   | 8/50 [01:36<08:24, v_num=0, reduced_train_loss=8.126, global_step=7.000]\r",
           "Training epoch 0, iteration 7/49 | lr: 0.0003 | global_step: 7 | reduced_train_loss: 8.126\n"}),
      (Rows{"total 50 step", "reduced_train_loss=8.126; 8/50 step", "8/50 step; reduced_train_loss=8.126"}));
}

TEST(PaddleFormat, ModelFit) {
  EXPECT_EQ(heard({"The loss value printed in the log is the current step, and the metric is the average "
                   "value of previous steps.\n",
                   "step 10/50 [=====>....] - loss: 0.6452 - acc: 0.5500 - ETA: 0s - 24ms/step"}),
            (Rows{"", ""}));
  const auto rows =
      heard({"The loss value printed in the log is the current step, and the metric is the average value of "
             "previous steps.\n",
             "Epoch 1/3\n", "step 10/50 - loss: 0.6452 - acc: 0.5500 - 24ms/step\n",
             "step 50/50 - loss: 0.5 - acc: 0.6 - 24ms/step\n", "Eval begin...\n",
             "step 10/10 - loss: 0.4368 - acc: 0.5900 - 851us/step\n", "Eval samples: 200\n"});
  EXPECT_EQ(Rows(rows.begin() + 2, rows.end()),
            (Rows{"1: 10/50", "1: 50/50; end 1; loss=0.5@1; acc=0.6@1", "window> validation",
                  "val_loss=0.4368@1; val_acc=0.59@1", "window< validation; end 1"}));
}

TEST(PaddleFormat, TheModelSuites) {
  EXPECT_EQ(heard({"[2026/02/03 10:11:12] ppcls INFO: [Train][Epoch 1/120][Iter: 10/5004]lr(Cosine): 0.01, "
                   "loss: 6.9, eta: 1 day, 2:03:04\n"}),
            (Rows{"begin 1/120; 1: 10/5004; loss=6.9@1"}));
  EXPECT_EQ(heard({"2026-02-03 10:11:12 [INFO]\t[TRAIN] epoch: 1, iter: 10/1000, loss: 0.5, lr: 0.01, ips: "
                   "5.1 samples/sec | ETA 00:10:00\n"}),
            (Rows{"10/1000 step; loss=0.5"}));
}

}  // namespace
}  // namespace joulecast::progress
