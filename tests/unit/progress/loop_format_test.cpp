// Loops in their many wordings: epochs, steps and what stands beside them.
#include <gmock/gmock.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(LoopFormat, ALineWithFiguresEndsItsEpoch) {
  for (const auto* line :
       {"epoch 3 loss 0.5", "Epoch 3 | loss 0.5", "Epoch: 3 loss: 0.5", "[Epoch 3] loss=0.5",
        "Epoch #3: loss 0.5", "Epoch 003: loss 0.5", "epoch=3, loss=0.5", "Epoch [3] loss 0.5",
        "Epoch-3 loss 0.5", "  Epoch 3 - loss: 0.5", "EPOCH 3 done: loss 0.5", "==> Epoch 3: loss 0.5",
        "Epoch: 0003 loss= 0.5", "Ep 3: loss 0.5", "epoch: 3, loss: 0.5, lr: 1e-3", "loss: 0.5 epoch: 3",
        "{'epoch': 3, 'loss': 0.5}", "Results of epoch 3: loss 0.5", "epoch 3 (best 2): loss 0.5"})
    EXPECT_EQ(heard_in(line), "end 3; loss=0.5@3") << line;
  for (const auto* line :
       {"Epoch 3 of 90: loss 0.5", "Epoch 3/90 loss 0.5", "Epoch: 3/90 - loss: 0.5",
        "Epoch [3/90], loss: 0.5", "[Epoch 3/90] loss=0.5", "Epoch: [3/90] loss: 0.5",
        "epoch 3 / 90 | loss = 0.5", "Epoch(3/90) loss 0.5", "[12:00] INFO Epoch 3/90 loss=0.5",
        "Epochs: 3/90 loss 0.5", "resnet18 | Epoch 3/90 | loss 0.5",
        "2026-01-01 10:00:00 INFO [Epoch 3/90] loss 0.5", "Client 2 Epoch 3/90 loss 0.5",
        "Epoch 03/90 loss 0.5"})
    EXPECT_EQ(heard_in(line), "end 3/90; loss=0.5@3") << line;
  EXPECT_EQ(heard_in("Epoch 1,500/2,000, loss 0.5"), "end 1500/2000; loss=0.5@1500");
  EXPECT_EQ(heard_in("Epoch 3: 12.5 0.5"), "end 3");
  EXPECT_EQ(heard_in("Epoch: 3 cost= 0.5"), "end 3");
  EXPECT_EQ(heard_in("Epoch 3 took 12 s"), "end 3");
  EXPECT_EQ(heard_in("Finished epoch 3"), "end 3");
  EXPECT_EQ(heard_in("Epoch 3 completed in 12.5 s"), "end 3");
  EXPECT_EQ(heard_in("Epoch 3/9 finished"), "end 3/9");
  EXPECT_EQ(heard_in("epoch_3: loss 0.5"), "end 3; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoche 3/9 - 0.5"), "end 3/9");
  EXPECT_EQ(heard_in("3/9 epochs completed, loss 0.5"), "end 3/9; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoch 3/9 loss nan"), "end 3/9");
}

TEST(LoopFormat, AHeadingBeginsIt) {
  for (const auto* line : {"Epoch 3", "===== Epoch 3 =====", "------- EPOCH 3 -------", "Epoch 3:",
                           "Starting epoch 3", "Start epoch 3...", "Begin epoch 3", "Training epoch 3",
                           "[Epoch 3]", "Epoch 3 started", "### Epoch 3 ###", "Epoch #3", "Epoch 3, lr 0.001",
                           "Epoch 3 (lr=0.001)", "Epoch[3] Learning rate is 0.001", "> epoch 3", "Epoch: 3"})
    EXPECT_EQ(heard_in(line), "begin 3") << line;
  for (const auto* line : {"Epoch 3 of 4:", "Epoch 3/4:", "=== Epoch [3/4] ===", "Beginning epoch 3/4",
                           "Epoch: 3 / 4", "Epoch 3 out of 4", "Now training epoch 3 of 4"})
    EXPECT_EQ(heard_in(line), "begin 3/4") << line;
}

TEST(LoopFormat, StepsAreWithinTheirEpoch) {
  for (const auto* line : {"Epoch [3/90], Step [100/500], Loss: 0.5", "Epoch 3/90 | step 100/500 | Loss: 0.5",
                           "[Epoch 3/90] [Batch 100/500] Loss: 0.5", "[3/90][100/500] Loss: 0.5",
                           "[3/90][ 100/500]\tLoss: 0.5", "Epoch: 3/90, iter 100 of 500, Loss: 0.5",
                           "Epoch 3/90: 100/500 Loss: 0.5", "Epoch 3/90 Iteration 100/500: Loss 0.5",
                           "Epoch [3/90][100/500] Loss 0.5", "Epoch 3/90 (100/500): Loss 0.5"})
    EXPECT_EQ(heard_in(line), "begin 3/90; 3: 100/500; Loss=0.5@3") << line;
  EXPECT_EQ(heard_in("Epoch 3, step 100, loss 0.5"), "begin 3; 3: 100; loss=0.5@3");
  EXPECT_EQ(heard_in("epoch=3, batch=100, loss=0.5"), "begin 3; 3: 100; loss=0.5@3");
  EXPECT_EQ(heard_in("Ep 3 (Step 000100): loss 0.5"), "begin 3; 3: 100; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoch 3: [====>     ] 45% loss: 0.5"), "begin 3; 3: 45/100; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoch 3/9, batch size 32, loss 0.5"), "end 3/9; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoch 3/9 [500/500] loss 0.5"), "begin 3/9; 3: 500/500; end 3/9; loss=0.5@3");
}

TEST(LoopFormat, LinesOfMuchCopiedPrograms) {
  // MXNet
  EXPECT_EQ(heard({"INFO:root:Epoch[0] Batch [50]\tSpeed: 1234.5 samples/sec\taccuracy=0.5\n",
                   "INFO:root:Epoch[0] Time cost=12.3\n", "INFO:root:Epoch[0] Validation-accuracy=0.5\n"}),
            (Rows{"begin 0; 0: 50; accuracy=0.5@0", "end 0", "end 0; Validation-accuracy=0.5@0"}));
  // TensorFlow's estimators and its tutorials
  EXPECT_EQ(heard_in("INFO:tensorflow:loss = 0.5, step = 100 (1.2 sec)"), "100 step; loss=0.5");
  EXPECT_EQ(heard_in("Epoch 1 Batch 50 Loss 0.5"), "begin 1; 1: 50; Loss=0.5@1");
  // CycleGAN
  EXPECT_EQ(heard({"(epoch: 3, iters: 100, time: 0.123, data: 0.2) G_GAN: 0.5\n",
                   "End of epoch 3 / 200 \t Time Taken: 12 sec\n"}),
            (Rows{"begin 3; 3: 100", "end 3/200"}));
  // torchtext's tutorials
  EXPECT_EQ(heard({"Epoch: 01 | Epoch Time: 0m 12s\n", "\tTrain Loss: 0.5 | Train PPL: 1.5\n",
                   "\t Val. Loss: 0.25 |  Val. PPL: 1.25\n"}),
            (Rows{"end 1", "", "end 1; val_loss=0.25@1; val_ppl=1.25@1"}));
  // modded-nanogpt
  EXPECT_EQ(heard_in("step:1/1750 train_time:245ms step_avg:245.1ms"), "1/1750 step");
  // DCGAN
  EXPECT_EQ(heard_in("[0/25][0/1583] Loss_D: 0.5"), "begin 0/25; 0: 1/1583; Loss_D=0.5@0");
}

TEST(LoopFormat, StepsThatGoOnAreCountedFromTheLastEpochs) {
  EXPECT_EQ(heard({"epoch=1, step=10, loss=0.5\n", "epoch=1, step=20, loss=0.5\n",
                   "epoch=1, step=20, val_loss=0.5\n", "epoch=2, step=30, loss=0.5\n"}),
            (Rows{"begin 1; 1: 10; loss=0.5@1", "1: 20; loss=0.5@1", "1: 20; end 1; val_loss=0.5@1",
                  "begin 2; 2: 10/20; loss=0.5@2"}));
}

TEST(LoopFormat, StepsWithoutEpochs) {
  EXPECT_EQ(heard_in("step 100/500"), "100/500 step");
  EXPECT_EQ(heard_in("Step 100 | loss 0.5"), "100 step; loss=0.5");
  EXPECT_EQ(heard_in("Iteration 25 of 500"), "named 25/500 step");
  EXPECT_EQ(heard_in("iter 10: loss: 0.5"), "10 step; loss=0.5");
  EXPECT_EQ(heard_in("iteration 1,500/6,000 | loss 0.5 | 9,812 tok/s"), "1500/6000 step; loss=0.5");
  EXPECT_EQ(heard_in("global_step=100, loss=0.5"), "100 step; loss=0.5");
  EXPECT_EQ(heard_in("[Train] Step 100/500 loss 0.5"), "100/500 step; train_loss=0.5");
  EXPECT_EQ(heard_in("Episode 10/500, reward 21.5"), "10/500 round; reward=21.5");
  EXPECT_EQ(heard_in("[Round 3/10]"), "named 3/10 round");
  EXPECT_EQ(heard_in("25/300 loss 0.5"), "~25/300 step; ~loss=0.5");
  EXPECT_EQ(heard_in("[100/300] loss 0.5"), "~100/300 step; ~loss=0.5");
  EXPECT_EQ(heard_in("[1/3] loss 0.5"), "~end 1/3; ~loss=0.5@1");
  EXPECT_EQ(heard_in("[1/3] train_loss: 0.5 val_acc: 0.25"), "end 1/3; train_loss=0.5@1; val_acc=0.25@1");
  EXPECT_EQ(heard_in("Training: 45%"), "~45/100 percent");
}

TEST(LoopFormat, FractionsAreProgress) {
  EXPECT_EQ(heard_in("epoch: 0.49, loss: 0.5"), "0.49 epoch; loss=0.5");
  EXPECT_EQ(heard_in("Epoch 1.50/3 loss 0.5"), "1.5/3 epoch; loss=0.5");
}

TEST(LoopFormat, NumbersThatAreNoEpochs) {
  for (const auto* line : {"Best epoch: 3",
                           "best epoch 3 with loss 0.5",
                           "No improvement since epoch 4",
                           "Early stopping at epoch 8: no improvement since epoch 4",
                           "Number of training examples per epoch = 1251",
                           "Average time per epoch: 12.34 s",
                           "Epoch time: 12.3 s",
                           "3 epochs completed in 0.1 hours",
                           "Time taken for 1 epoch 41.58 sec",
                           "Loaded checkpoint (epoch 36)",
                           "=> loaded checkpoint 'x.pth' (epoch 36)",
                           "Resuming from epoch 36",
                           "Restored weights from epoch 3",
                           "=> no checkpoint found, start from epoch 0",
                           "Saved checkpoint of epoch 3",
                           "Saving model at epoch 3",
                           "save every 2 epochs",
                           "patience 3 epochs",
                           "Namespace(epoch=3, epochs=10)",
                           "config: epoch=3",
                           "Saved to out/epoch_3.pt",
                           "out/epoch-3.ckpt",
                           "model-epoch=3-step=100.ckpt",
                           "Epoch 00003: reducing learning rate of group 0 to 1.0000e-03.",
                           "Epoch 3: val_loss improved from inf to 0.5",
                           "Epoch 3 | Training checkpoint saved at checkpoint.pt",
                           "Epoch:  33%|###3      |",
                           "warmup epochs: 1",
                           "eval_epochs=2",
                           "for 4 consecutive epochs",
                           "epochs are fun",
                           "epoch",
                           "epoch:",
                           "see epoch.py line 3",
                           "learning rate at epoch 3: 0.1",
                           "Stopped at epoch 8",
                           "lr schedule: epoch 30: 0.01",
                           "EarlyStopping counter: 1 out of 4",
                           "Step 1/3: Downloading the data",
                           "Step 2: install",
                           "steps per second: 12.3",
                           "batch size: 32",
                           "Validation step 3/10",
                           "http://host:8080/ loss=1",
                           "[1/3] Compiling CXX object",
                           "12/31 tests passed",
                           "round 12",
                           "{'epochs': 10, 'lr': 0.1}",
                           "Epoch 8/4 loss 0.5"}) {
    const auto found = heard_in(line);
    EXPECT_TRUE(found.empty() || found == "prepared") << line << ": " << found;
  }
}

TEST(LoopFormat, Totals) {
  EXPECT_EQ(heard_in("Training for 10 epochs"), "run; total 10 epochs");
  EXPECT_EQ(heard_in("training 3 epochs of 20 steps"), "run; total 3 epochs; per epoch 20");
  for (const auto* line : {"Max epoch: 3", "Number of epochs = 3", "Total epochs: 3"})
    EXPECT_EQ(heard_in(line), "total 3 epochs") << line;
  EXPECT_EQ(heard_in("Total steps: 5,000"), "total 5000 step");
  EXPECT_EQ(heard_in("Steps per epoch: 20, warmup epochs: 1, save every 2 epochs"), "per epoch 20");
}

TEST(LoopFormat, CountingFromZero) {
  EXPECT_EQ(heard({"Epoch 0/4 loss 0.5\n", "Epoch 4/4 loss 0.5\n"}),
            (Rows{"end 0/5; loss=0.5@0", "end 4/5; loss=0.5@4"}));
  // Ten or eleven? The last line tells.
  EXPECT_EQ(heard({"Epoch 0/10 loss 0.5\n", "Epoch 9/10 loss 0.5\n", "Epoch 10/10 loss 0.5\n"}),
            (Rows{"~total 10 epochs; end 0; loss=0.5@0", "~total 10 epochs; end 9; loss=0.5@9",
                  "end 10/11; loss=0.5@10"}));
  EXPECT_EQ(heard({"[Epoch 0/3] [Batch 0/20] loss 0.5\n"}), (Rows{"begin 0/3; 0: 1/20; loss=0.5@0"}));
  EXPECT_EQ(heard({"Epoch 1/4 loss 0.5\n"}), (Rows{"end 1/4; loss=0.5@1"}));
}

TEST(LoopFormat, FiguresOnLinesOfTheirOwn) {
  EXPECT_EQ(heard({"Epoch 0/4\n", "----------\n", "train Loss: 0.5 Acc: 0.75\n", "val Loss: 0.25 Acc: 0.5\n",
                   "Epoch 1/4\n", "Best val Acc: 0.5\n"}),
            (Rows{"begin 0/5", "", "train_loss=0.5@0; train_acc=0.75@0",
                  "end 0; val_loss=0.25@0; val_acc=0.5@0", "begin 1/5", ""}));
  EXPECT_EQ(heard({"epoch: 3/90 train loss 0.5\n", "epoch: 3/90 val loss 0.25\n"}),
            (Rows{"end 3/90; train_loss=0.5@3", "end 3/90; val_loss=0.25@3"}));
  EXPECT_EQ(heard({"Epoch 1 loss 0.5\n", "Validation: loss 0.5\n", "Epoch 2 loss 0.5\n", "test loss 0.5\n"}),
            (Rows{"end 1; loss=0.5@1", "end 1; val_loss=0.5@1", "end 2; loss=0.5@2", ""}));
  EXPECT_EQ(heard({"Validating epoch 3\n"}), (Rows{"window> validation"}));
}

TEST(LoopFormat, OtherLanguages) {
  for (const auto* line :
       {"Epoche 3 von 8: Verlust 0.5", "Epoche 3/8: Verlust 0,5", "Époque 3/8 - perte : 0.5",
        "époque 3 sur 8, perte=0.5", "Época 3 de 8: pérdida 0,5", "Época 3/8 | perda: 0.5",
        "Epoca 3 di 8, perdita 0.5", "Эпоха 3 из 8, потери: 0.5", "第 3/8 轮 损失 0.5",
        "第3轮/共8轮，损失：0.5", "轮次 3/8 损失: 0.5", "エポック 3/8 損失: 0.5", "에포크 3/8 손실: 0.5"})
    EXPECT_EQ(heard_in(line), "end 3/8; loss=0.5@3") << line;
  EXPECT_EQ(heard_in("第 3 轮, loss=0.5"), "end 3; loss=0.5@3");
  EXPECT_EQ(heard_in("Epoche 3/8"), "begin 3/8");
  EXPECT_EQ(heard_in("Epochen: 8"), "~total 8 epochs");
  EXPECT_EQ(heard({"Époque 3/8:  45%|####  | 45/100 [00:03<00:04, 12.3it/s]"}),
            (Rows{"begin 3/8; 3: 45/100"}));
}

TEST(LoopFormat, EpochsCountedDown) {
  EXPECT_EQ(heard({"Epochs left: 9, loss 0.5\n", "Epochs left: 8, loss 0.5\n", "Epochs left: 0, loss 0.5\n"}),
            (Rows{"~end 1/10; ~loss=0.5", "~end 2/10; ~loss=0.5", "~end 10/10; ~loss=0.5"}));
  EXPECT_EQ(heard({"10 epochs to go, loss 0.5\n", "1 epoch remaining, loss 0.5\n"}),
            (Rows{"~end 1/10; ~loss=0.5", "~end 10/10; ~loss=0.5"}));
  EXPECT_EQ(heard({"remaining epochs: 20\n", "remaining epochs: 19\n"}),
            (Rows{"~begin 1/20", "~begin 2/20"}));
  for (const auto* line : {"no improvement, 3 epochs left before stopping", "patience: 3 epochs left"})
    EXPECT_EQ(heard_in(line), "") << line;
  EXPECT_EQ(heard_in("Epoch 3/10 loss 0.5, 7 epochs left"), "end 3/10; loss=0.5@3");
}

TEST(LoopFormat, StepsOfTrainingAndOfValidation) {
  EXPECT_EQ(heard({"Epoch 1/3 train [9/10] loss 0.5\n", "Epoch 1/3 train [10/10] loss 0.5\n",
                   "Epoch 1/3 val [1/4] loss 0.5\n", "Epoch 1/3 val [4/4] loss 0.5\n"}),
            (Rows{"begin 1/3; 1: 9/10; train_loss=0.5@1", "1: 10/10; end 1/3; train_loss=0.5@1",
                  "window> validation", "window< validation; end 1/3"}));
}

TEST(LoopFormat, SpeedsBesideSteps) {
  EXPECT_EQ(heard_in("[    50/2000] 12.5it/s ETA 00:00:07 | loss=0.5 lr=3e-4"), "~50/2000 step; ~loss=0.5");
}

TEST(LoopFormat, PreparationIsOverWhenTrainingStarts) {
  for (const auto* line :
       {"Start training", "Starting training...", "Training on 1347 images", "Begin training loop",
        "Training started", "Train on 60000 samples, validate on 10000 samples"})
    EXPECT_EQ(heard_in(line), "run") << line;
}

TEST(LoopFormat, AnyBytesAreSurvived) {
  for (const auto* line :
       {"Epoch \xff\xfe 3", "epoch 99999999999999999999/3 loss 0.5", "epoch -1 loss 0.5", "[0/0] loss 0.5",
        "1/0 loss 0.5", "epoch 0x10", "Epoch 3/", "[3/", "step", "%", "Epoch 3/1e9", "epoch nan"})
    heard_in(line);
  heard_in(std::string(5000, '['));
  heard_in("Epoch 3 " + std::string(2000, '9'));
}

TEST(LoopFormat, StepsAfterAFigureAndTotalsOfSteps) {
  EXPECT_EQ(heard_in("Minibatch loss at step 100: 0.5"), "100 step; Minibatch_loss=0.5");
  EXPECT_EQ(heard_in("Cost after iteration 100: 0.5"), "100 step");
  EXPECT_EQ(heard_in("Best loss at step 100: 0.5"), "");
  EXPECT_EQ(heard_in("Starting training..., iters: 100"), "total 100 step");
}

TEST(LoopFormat, ADoubtfulTotalMakesNoEpochDoubtful) {
  EXPECT_EQ(heard({"(Epoch 0 / 3) val_acc: 0.5\n", "(Iteration 1 / 300) loss: 0.5\n",
                   "(Epoch 1 / 3) val_acc: 0.5\n"}),
            (Rows{"~total 4 epochs; end 0; val_acc=0.5@0", "?: 1/300; loss=0.5",
                  "~total 4 epochs; end 1; val_acc=0.5@1"}));
}

TEST(LoopFormat, AnEpochOfSeveralLinesEndsWithItsLast) {
  std::vector<std::string> lines;
  for (const auto* epoch : {"1", "2"})
    for (int line = 0; line < 3; ++line)
      lines.push_back("epoch " + std::string(epoch) + "/9 lr 0.1 (running) loss 0.5\n");
  EXPECT_EQ(heard(lines, Seconds{1}),
            (Rows{"end 1/9; loss=0.5@1", "end 1/9; loss=0.5@1", "end 1/9; loss=0.5@1",
                  "begin 2/9; 2: 1/3; loss=0.5@2", "2: 2/3; loss=0.5@2", "2: 3/3; end 2/9; loss=0.5@2"}));
}

TEST(LoopFormat, LinesThatRanksPrintInOneMomentAreOne) {
  std::string ranks;
  for (int rank = 0; rank < 3; ++rank) ranks += "epoch 2/9 lr 0.1 (running) loss 0.5\n";
  EXPECT_EQ(heard({"epoch 1/9 lr 0.1 (running) loss 0.5\nepoch 1/9 lr 0.1 (running) loss 0.5\n"
                   "epoch 1/9 lr 0.1 (running) loss 0.5\n",
                   ranks},
                  Seconds{5})
                .back(),
            "end 2/9; loss=0.5@2; end 2/9; loss=0.5@2; end 2/9; loss=0.5@2");
}

// icefall validates at the beginning of an epoch and within it.

TEST(LoopFormat, AValidationBetweenItsStepsDoesNotEndAnEpoch) {
  EXPECT_EQ(heard({"Epoch 1, batch 0, loss=0.5\n", "Epoch 1, validation: loss=0.25\n",
                   "Epoch 1, batch 50, loss=0.5\n", "Epoch 2, batch 0, loss=0.5\n"}),
            (Rows{"begin 1; 1: 0; loss=0.5@1", "end 1; val_loss=0.25@1", "end 1; 1: 50; loss=0.5@1",
                  "begin 2; 2: 0; loss=0.5@2"}));
}

TEST(LoopFormat, AnEvaluationBeforeTheFirstEpochIsNone) {
  EXPECT_EQ(heard({"***** Evaluating perplexity, Epoch 0/2 *****\n",
                   "Beginning of Epoch 1/2, Total Micro "
                   "Batches 50\n"})
                .front(),
            "window> validation");
}

TEST(LoopFormat, ZeroOfFewBesideStepsMayBeOfAsMany) {
  EXPECT_EQ(heard_in("Train Epoch: 0/4 Step: 10/60 | Mask_Loss 0.5"),
            "~total 5 epochs; begin 0; 0: 10/60; train_mask_loss=0.5@0");
  EXPECT_EQ(heard_in("Epoch 0/4"), "begin 0/5");
}

TEST(LoopFormat, ProseInACellOfADrawnTableTellsNothing) {
  EXPECT_EQ(heard_in("│ │ If the epoch 3/10 was │ it will be        │ 12.00 │ │"), "");
  EXPECT_EQ(heard_in("│ Epoch 3/10 loss 0.5 │"), "end 3/10; loss=0.5@3");
}

TEST(LoopFormat, TotalStepsBesideCountedOnesAreOfSomethingElse) {
  EXPECT_EQ(heard({"Iteration 1/10, loss 0.5\n", "Total steps: 512\n"}).front(), "1/10 step; loss=0.5");
  EXPECT_EQ(heard({"Iteration 1/10, loss 0.5\n", "Total steps: 512\n"}).back(), "");
}

TEST(LoopFormat, CountsStepsOfAnEpochInMoreWords) {
  for (const auto* words : {"epoch 3/10: 400/2,000 samples, loss 0.5", "E3/10 I400/2000 loss 0.5",
                            "epoch 3/10: 400 of 2000 done, loss 0.5", "epoch 3/10 micro=400/2000 loss 0.5",
                            "epoch 3/10 0.4k/2.0k tokens loss 0.5"})
    EXPECT_THAT(heard_in(words), testing::HasSubstr("begin 3/10; 3: 400/2000; loss=0.5@3")) << words;
}

TEST(LoopFormat, HearsEpochsThatStandBehindOtherFigures) {
  EXPECT_THAT(heard_in("Epoch took 0.9 s, loss 0.5, done 3 of 8 epochs"), testing::HasSubstr("end 3/8"));
  EXPECT_THAT(heard_in("batch=6 batches=30 epoch=1 epochs=6 loss=0.5"),
              testing::HasSubstr("begin 1/6; 1: 6/30; loss=0.5@1"));
  EXPECT_NE(heard_in("  3/60 ep 0.1 | rewards/chosen 0.5 | loss 0.2"), "");
}

TEST(LoopFormat, ANamedTotalIsHowManyThereAreWhateverTheFirstNumberIs) {
  EXPECT_EQ(heard({"epoch=0 max_epochs=8 loss=0.5\n", "epoch=7 max_epochs=8 loss=0.4\n"}),
            (Rows{"end 0/8; loss=0.5@0", "end 7/8; loss=0.4@7"}));
  EXPECT_EQ(heard({"epoch: 0, num_epochs: 8, loss: 0.5\n"}), (Rows{"end 0/8; loss=0.5@0"}));
}

TEST(LoopFormat, StepsOfWhichAsManyWereAnnouncedInAllAreTheRuns) {
  EXPECT_EQ(
      heard({"Total steps: 300\n", "Epoch 1/3 step 20/300 loss 0.3\n", "Epoch 2/3 step 120/300 loss 0.3\n"}),
      (Rows{"total 300 step", "20/300 step; begin 1/3; loss=0.3@1", "120/300 step; begin 2/3; loss=0.3@2"}));
  EXPECT_EQ(heard({"Epoch 1/3 step 20/300 loss 0.3\n"}), (Rows{"begin 1/3; 1: 20/300; loss=0.3@1"}));
  EXPECT_EQ(heard({"Total steps: 300\n", "Epoch 1/3 step 20/100 loss 0.3\n"}),
            (Rows{"total 300 step", "begin 1/3; 1: 20/100; loss=0.3@1"}));
}

TEST(LoopFormat, BelievesBracketsWithBothCounts) {
  EXPECT_EQ(heard_in("[0/5][5/20]\tLoss_D: 0.5"), "begin 0/5; 0: 5/20; Loss_D=0.5@0");
}

TEST(LoopFormat, AStepBeforeItsEpochIsTheRunsWhereItGoesOn) {
  EXPECT_EQ(
      heard({"Step 20/300 | Epoch 1 | loss 0.5\n", "Step 100/300 | Epoch 1 | loss 0.5\n",
             "Step 120/300 | Epoch 2 | loss 0.5\n"}),
      (Rows{"20 step; begin 1; loss=0.5@1", "100 step; loss=0.5@1", "120/300 step; begin 2; loss=0.5@2"}));
  EXPECT_EQ(heard({"Step 20/100 | Epoch 1 | loss 0.5\n", "Step 100/100 | Epoch 1 | loss 0.5\n",
                   "Step 20/100 | Epoch 2 | loss 0.5\n"}),
            (Rows{"20 step; begin 1; loss=0.5@1", "100 step; loss=0.5@1",
                  "per epoch 100; 120 step; begin 2; loss=0.5@2"}));
  EXPECT_EQ(heard_in("Finished training it 128/1024 of epoch 0, loss 0.5"),
            "begin 0; 0: 128/1024; train_loss=0.5@0");
}

TEST(LoopFormat, ALineAnEpochWithTheRunsStepsEndsIt) {
  EXPECT_EQ(heard({"Epoch 1/5: loss 0.5, global_step 500\n", "Epoch 2/5: loss 0.5, global_step 1000\n",
                   "Epoch 3/5: loss 0.5, global_step 1500\n"}),
            (Rows{"begin 1/5; 1: 500; loss=0.5@1", "end 1/5; end 2/5; loss=0.5@2", "end 3/5; loss=0.5@3"}));
  // The second step of the same stride is another one of many.
  EXPECT_EQ(heard({"Epoch 1/5: loss 0.5, step 100\n", "Epoch 2/5: loss 0.5, step 160\n"}),
            (Rows{"begin 1/5; 1: 100; loss=0.5@1", "begin 2/5; 2: 60/100; loss=0.5@2"}));
}

TEST(LoopFormat, BatchesWithoutAnEpochMayBeOfEachOfSeveral) {
  EXPECT_EQ(heard_in("Batch 10/50 loss 0.5"), "~10/50 step; ~loss=0.5");
  EXPECT_EQ(heard_in("iter=50 max_iter=1000 loss=0.5"), "50/1000 step; loss=0.5");
  EXPECT_EQ(heard_in("eta: 0:00:19  iter: 20/400  total_loss: 0.5"), "20/400 step; total_loss=0.5");
  EXPECT_EQ(heard_in("Passo 4/40 - perda: 0.5"), "4/40 step; loss=0.5");
  EXPECT_EQ(heard_in("max_epochs=4 epoch=1 loss=0.5"), "end 1/4; loss=0.5@1");
  EXPECT_EQ(heard_in("its: 50/1000 | psnr: 25.5"), "50/1000 step; psnr=25.5");
  EXPECT_EQ(heard_in("Training progress: 20% (1/5 epochs), loss 0.5"), "end 1/5; train_loss=0.5@1");
}

}  // namespace
}  // namespace joulecast::progress
