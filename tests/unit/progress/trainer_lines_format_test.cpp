// Trainers that print a line each few steps.
#include <gtest/gtest.h>

#include "unit/progress/heard_events.hpp"

namespace joulecast::progress {
namespace {

std::string heard_in(const std::string& line) {
  return heard({line + "\n"}).front();
}

TEST(TimmFormat, BatchesFromZeroAndValidations) {
  EXPECT_EQ(heard({"Scheduled epochs: 310 (epochs + cooldown_epochs). Warmup within epochs when "
                   "warmup_prefix=False. LR stepped per epoch.\n",
                   "Train: 0 [   0/60 (  0%)]  Loss: 9.00 (0.5)  Time: 0.412s\n",
                   "Train: 0 [  59/60 (100%)]  Loss: 0.25 (0.5)  Time: 0.412s\n",
                   "Test: [   0/9]  Time: 0.211 (0.305)  Loss:  4.5 (4.5)  Acc@1: 10.0 (10.0)\n",
                   "Test: [   9/9]  Time: 0.211 (0.305)  Loss:  0.5 (0.5)  Acc@1: 10.0 (25.0)\n",
                   "Test (EMA): [   9/9]  Time: 0.211 (0.305)  Loss:  0.5 (0.5)\n", "Current checkpoints:\n",
                   " ('./output/train/checkpoint-0.pth.tar', 10.0)\n", "*** Best metric: 20.0 (epoch 2)\n"}),
            (Rows{"total 310 epochs", "begin 0; 0: 0/60; train_loss=0.5@0", "0: 59/60; train_loss=0.5@0",
                  "window> validation", "val_loss=0.5@0; val_acc1=25@0; window< validation; end 0",
                  "window> validation; val_loss=0.5@0; window< validation; end 0", "", "", ""}));
}

TEST(MetricLoggerFormat, TorchvisionDetrAndSwin) {
  EXPECT_EQ(heard({"Namespace(batch_size=32, epochs=3, start_epoch=0)\n", "Start training\n",
                   "Epoch: [0]  [ 0/40]  eta: 0:00:12  lr: 0.1  loss: 9.0 (0.5)  time: 0.01  data: 0.001\n",
                   "Epoch: [0]  [39/40]  eta: 0:00:00  lr: 0.1  loss: 9.0 (0.25)  time: 0.01\n",
                   "Epoch: [0] Total time: 0:00:29 (0.4901 s / it)\n", "Averaged stats: loss: 9.0 (0.5)\n",
                   "Test:   [0/8]  eta: 0:00:00  loss: 0.4641 (0.4641)\n", "Test:  Total time: 0:00:00\n",
                   "Test:  Acc@1 25.0 Acc@5 50.0\n", "Training time 0:00:01\n"}),
            (Rows{"", "run", "begin 0/3; 0: 0/40; train_loss=0.5@0", "0: 39/40; train_loss=0.25@0", "end 0",
                  "train_loss=0.5@0", "window> validation", "window< validation; end 0",
                  "val_acc1=25@0; val_acc5=50@0; end 0", "run over"}));
  EXPECT_EQ(heard_in("Start training for 300 epochs"), "run; total 300 epochs");
  EXPECT_EQ(heard_in("Train: [3/300][10/1251]\teta 1:05:32 lr 0.001\ttime 0.3 (0.3)\tloss 6.9 (0.5)"),
            "begin 3/300; 3: 10/1251; train_loss=0.5@3");
}

TEST(PyTorchExamplesFormat, Mnist) {
  EXPECT_EQ(
      heard({"Train Epoch: 1 [0/60000 (0%)]\tLoss: 0.5\n", "Train Epoch: 1 [59520/60000 (99%)]\tLoss: 0.25\n",
             "\nTest set: Average loss: 0.5, Accuracy: 8712/9000 (97%)\n\n"}),
      (Rows{"begin 1; 1: 0/60000; train_loss=0.5@1", "1: 59520/60000; train_loss=0.25@1",
            "test_loss=0.5@1; Accuracy=0.968@1; end 1"}));
}

TEST(PyTorchExamplesFormat, ImageNet) {
  EXPECT_EQ(heard({"Epoch: [0][   1/5005]\tTime  0.013 ( 0.013)\tData  0.001 ( 0.001)\tLoss 7.0e-01 "
                   "(5.0e-01)\tAcc@1  54.00 ( 25.00)\n",
                   "Test: [  1/196]\tTime  0.013 ( 0.013)\tLoss 7.0e-01 (5.0e-01)\n",
                   " *   Acc@1 25.500 Acc@5 50.000\n"}),
            (Rows{"begin 0; 0: 1/5005; train_loss=0.5@0; train_acc1=25@0", "window> validation",
                  "val_acc1=25.5@0; val_acc5=50@0; window< validation; end 0"}));
}

TEST(PyTorchExamplesFormat, QuickstartCifarDdpAndText) {
  EXPECT_EQ(heard({"Epoch 1\n", "-------------------------------\n", "loss: 0.5  [   64/60000]\n",
                   "Test Error: \n", " Accuracy: 50.0%, Avg loss: 0.25 \n"}),
            (Rows{"begin 1", "", "1: 64/60000; train_loss=0.5@1", "window> validation",
                  "test_accuracy=0.5@1; test_loss=0.25@1; window< validation; end 1"}));
  EXPECT_EQ(heard({"[1,  2000] loss: 0.5\n", "[2,  2000] loss: 0.25\n", "Finished Training\n"}),
            (Rows{"begin 1; 1: 2000; train_loss=0.5@1", "begin 2; 2: 2000; train_loss=0.25@2", "run over"}));
  EXPECT_EQ(
      heard({"[GPU0] Epoch 0 | Batchsize: 32 | Steps: 64\n", "[GPU1] Epoch 0 | Batchsize: 32 | Steps: 64\n",
             "[GPU0] Epoch 0 | Training snapshot saved at snapshot.pt\n"}),
      (Rows{"per epoch 64; begin 0", "", ""}));
  EXPECT_EQ(heard({"| epoch   1 |   200/ 2983 batches | lr 20.00 | ms/batch 12.3 | loss  0.5 | ppl  2.5\n",
                   "| end of epoch   1 | time: 28.11s | valid loss  0.25 | valid ppl  1.5\n"}),
            (Rows{"begin 1; 1: 200/2983; train_loss=0.5@1; train_ppl=2.5@1",
                  "val_loss=0.25@1; val_ppl=1.5@1; end 1"}));
}

TEST(PyTorchCifarFormat, TheTestsBarIsAnother) {
  const auto bar = [](const std::string& figures, const std::string& count) {
    return " [====>.......]  Step: 52ms | Tot: 5s46ms | Loss: 0.5 | Acc: " + figures +
           "                \b\b\b\b\b\b\b\b " + count + " \r";
  };
  EXPECT_EQ(heard({"\nEpoch: 0\n", bar("25.000% (1/4)", "31/391"), bar("25.000% (1/4)", "391/391"), "\n",
                   bar("50.000% (1/2)", "3/100"), bar("50.000% (1/2)", "100/100"), "\n", "Saving..\n"}),
            (Rows{"begin 0", "0: 31/391", "0: 391/391; end 0; train_loss=0.5@0; train_acc=0.25@0", "", "",
                  "end 0; test_loss=0.5@0; test_acc=0.5@0", "", ""}));
}

TEST(MmcvFormat, EpochsAndIterations) {
  EXPECT_EQ(heard({"2026-02-03 10:11:10,000 - mmdet - INFO - workflow: [('train', 1)], max: 12 epochs\n",
                   "2026-02-03 10:11:12,131 - mmdet - INFO - Epoch [1][50/100]\tlr: 3e-04, eta: 0:20:00, "
                   "loss_cls: 0.5, loss: 0.25\n",
                   "2026-02-03 10:11:12,131 - mmdet - INFO - Epoch [1][100/100]\tlr: 3e-04, eta: 0:20:00, "
                   "loss: 0.25\n",
                   "2026-02-03 10:11:12,131 - mmdet - INFO - Saving checkpoint at 1 epochs\n",
                   "[>>>      ] 10/50, 12.1 task/s, elapsed: 0s, ETA:     3s\r",
                   "2026-02-03 10:11:12,131 - mmdet - INFO - Epoch(val) [1][50]\tbbox_mAP: 0.125\n"}),
            (Rows{"total 12 epochs", "begin 1; 1: 50/100; train_loss_cls=0.5@1; train_loss=0.25@1",
                  "1: 100/100; train_loss=0.25@1; end 1", "end 1", "window> validation",
                  "window< validation; val_bbox_map=0.125@1; end 1"}));
  EXPECT_EQ(
      heard(
          {"02/03 10:11:12 - mmengine - INFO - Epoch(train)  [2][ 20/40]  lr: 1.0e-03  eta: 2:00:00  loss: "
           "0.5\n",
           "02/03 10:11:12 - mmengine - INFO - Epoch(val)  [2][10/40]  eta: 0:00:01  time: 0.1\n",
           "02/03 10:11:12 - mmengine - INFO - Epoch(val) [2][40/40]    coco/bbox_mAP: 0.125  time: 0.1\n"}),
      (Rows{"begin 2; 2: 20/40; train_loss=0.5@2", "window> validation",
            "window< validation; val_coco/bbox_map=0.125@2; end 2"}));
  EXPECT_EQ(heard_in("Iter(train) [ 50/80000]  lr: 1e-2  eta: 1:00:00  loss: 0.5"),
            "50/80000 step; train_loss=0.5");
  EXPECT_EQ(heard_in("train_cfg = dict(by_epoch=True, max_epochs=12, val_interval=1)"), "total 12 epochs");
}

TEST(YoloxFormat, EpochAndItsEvaluation) {
  EXPECT_EQ(heard({"2026-11-29 01:20:00 | INFO     | yolox.core.trainer:211 - ---> start train epoch1\n",
                   "2026-11-29 01:20:04 | INFO     | yolox.core.trainer:271 - epoch: 1/3, iter: 10/40, gpu "
                   "mem: 6114Mb, total_loss: 0.5\n",
                   "2026-11-29 01:20:16 | INFO     | yolox.core.trainer:383 - Save weights to out\n",
                   "100%|##########| 10/10 [00:03<00:00,  3.10it/s]\n",
                   " Average Precision  (AP) @[ IoU=0.50:0.95 ] = 0.012\n",
                   "2026-11-29 01:20:16 | INFO     | yolox.core.trainer:383 - Save weights to out\n"}),
            (Rows{"begin 1", "total 3 epochs; 1: 10/40; train_total_loss=0.5@1", "end 1", "", "end 1", ""}));
}

TEST(Detectron2Format, IterationsFromZero) {
  EXPECT_EQ(
      heard({"[11/29 01:20:00 d2.engine.train_loop]: Starting training from iteration 0\n",
             "[11/29 01:20:08 d2.utils.events]:  eta: 1 day, 0:01:52  iter: 19  total_loss: 0.5  loss_cls: "
             "0.25    time: 0.4\n",
             "[11/29 01:21:05 d2.evaluation.evaluator]: Inference done 11/100. Dataloading: 0.0011 s/iter.\n",
             "[11/29 01:21:05 d2.evaluation.evaluator]: Total inference time: 0:00:10.1\n"}),
      (Rows{"run", "19 step; total_loss=0.5; loss_cls=0.25", "window> validation", "window< validation"}));
}

TEST(LanguageModelFormats, StepsAndTotals) {
  EXPECT_EQ(heard_in("train_iters ..................................... 200"), "total 200 step");
  EXPECT_EQ(heard_in(" [2026-11-29 01:20:13.123456] iteration       10/     200 | consumed samples:         "
                     "1280 | lm loss: 5.0E-01 | loss scale: 1.0 |"),
            "10/200 step; lm_loss=0.5");
  EXPECT_EQ(heard_in(" validation loss at iteration 200 | lm loss value: 5.0E-01 | lm loss PPL: 2.5E+00 | "),
            "val_lm_loss=0.5; val_ppl=2.5");
  EXPECT_EQ(heard_in("successfully loaded checkpoint from checkpoints [ t 1/1, p 1/1 ] at iteration 400"),
            "");
  EXPECT_EQ(heard({"[rank0]:[titan] 2026-11-29 01:20:06,123 - root - INFO - Trainer is initialized with "
                   "local batch size 8, total steps 100 (warmup 2)\n",
                   "[rank0]:[titan] 2026-11-29 01:20:12,123 - root - INFO - step:  1  loss:  0.5  grad_norm: "
                   " 1.2345  tps: 7,103\n",
                   "[rank0]:[titan] 2026-11-29 01:20:12,123 - root - INFO - validate step: 50  loss:  0.5  "
                   "tps: 21,310\n",
                   "[rank0]:[titan] 2026-11-29 01:20:12,123 - root - INFO - Training completed\n"}),
            (Rows{"total 100 step", "1 step; loss=0.5", "val_loss=0.5", "run over"}));
  EXPECT_EQ(heard({"Overriding: max_iters = 200\n", "step 0: train loss 0.5, val loss 0.25\n",
                   "iter 10: loss 0.5, time 12.58ms, mfu 3.12%\n"}),
            (Rows{"", "0/200 step; train_loss=0.5; val_loss=0.25", "10/200 step; loss=0.5"}));
  EXPECT_EQ(heard({"| train_num_batches     | 60                    |\n", "val loss 0.5\n",
                   "step    1/60 | loss 0.5 (+nanz)| norm 1.2 (-0.41z)| lr 6.00e-04 | 512.31 ms\n"}),
            (Rows{"total 60 step", "val_loss=0.5", "1/60 step; loss=0.5"}));
  EXPECT_EQ(heard({"[2026-11-29 01:20:02] INFO     [olmo.train:966, rank=0] [step=1/40,epoch=0]\n",
                   "    train/CrossEntropyLoss=0.5\n", "    throughput/total_tokens=4,194,304\n"}),
            (Rows{"1/40 step", "train/CrossEntropyLoss=0.5", ""}));
  EXPECT_EQ(heard({"Config param steps: 50\n",
                   "completed step: 0, seconds: 12.100, TFLOP/s/device: 412.103, loss: 0.5\n",
                   "eval metrics after step: 9, loss=0.25, total_weights=65536\n"}),
            (Rows{"", "0/50 step; loss=0.5", "val_loss=0.25"}));
  EXPECT_EQ(
      heard({"[2026-11-29 01:20:10,201 INFO] Step 50/  300; acc:  15.0; ppl: 2.5; xent: 0.5; lr: 1.00000;\n",
             "[2026-11-29 01:20:10,201 INFO] Validation perplexity: 2.5\n",
             "[2026-11-29 01:20:10,201 INFO] Saving checkpoint run/model_step_100.pt\n"}),
      (Rows{"50/300 step; acc=15; ppl=2.5; xent=0.5", "val_perplexity=2.5", ""}));
  EXPECT_EQ(heard({"[2026-11-29 01:42:51,990] [INFO] [logging.py:123:log_dist] [Rank 0] step=90, skipped=0, "
                   "lr=[0.1], mom=[0]\n",
                   "[2026-11-29 01:42:51,990] [INFO] [timer.py:264:stop] "
                   "epoch=0/micro_step=90/global_step=90, RunningAvgSamplesPerSec=6472.8\n",
                   "steps: 10 loss: 0.5 iter time (s): 1.201 samples/sec: 53.3\n"}),
            (Rows{"90 step", "90 step", "10 step; loss=0.5"}));
}

TEST(FairseqFormat, EpochsUpdatesAndResults) {
  EXPECT_EQ(
      heard({"2026-11-29 01:20:00 | INFO | fairseq.trainer | begin training epoch 1\n",
             "2026-11-29 01:20:06 | INFO | train_inner | epoch 001:     20 / 100 loss=0.5, ppl=2.5, "
             "num_updates=20\n",
             "2026-11-29 01:20:30 | INFO | fairseq_cli.train | begin validation on \"valid\" subset\n",
             "2026-11-29 01:20:34 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 0.25 | wps "
             "51012.3 | num_updates 100\n",
             "2026-11-29 01:20:34 | INFO | fairseq.checkpoint_utils | Preparing to save checkpoint for epoch "
             "1 @ 100 updates\n",
             "2026-11-29 01:20:34 | INFO | fairseq_cli.train | end of epoch 1 (average epoch stats below)\n",
             "2026-11-29 01:20:34 | INFO | train | epoch 001 | loss 0.5 | wps 19832.1 | wall 34\n"}),
      (Rows{"begin 1", "1: 20/100; train_loss=0.5@1; train_ppl=2.5@1", "window> validation",
            "val_loss=0.25@1; window< validation; end 1", "", "", "train_loss=0.5@1; end 1"}));
}

TEST(FlairFormat, EpochsAndDevelopmentSet) {
  EXPECT_EQ(
      heard({"2026-11-29 01:20:02,401  - max_epochs: \"10\"\n",
             "2026-11-29 01:20:02,401 epoch 1 - iter 6/60 - loss 0.5 - time (sec): 2.00 - lr: 0.100000\n",
             "2026-11-29 01:20:20,402 EPOCH 1 done: loss 0.5 - lr: 0.100000\n",
             "2026-11-29 01:20:23,403 DEV : loss 0.25 - f1-score (micro avg)  0.5\n",
             "2026-11-29 01:20:23,404  - 0 epochs without improvement\n",
             "2026-11-29 01:20:23,405 saving best model\n"}),
      (Rows{"total 10 epochs", "begin 1; 1: 6/60; train_loss=0.5@1", "train_loss=0.5@1; end 1",
            "val_loss=0.25@1; val_f1-score=0.5@1; end 1", "end 1", ""}));
}

TEST(EspNetFormat, NumbersStandBeforeTheWord) {
  EXPECT_EQ(
      heard(
          {"[host] 2020-03-24 01:41:04,798 (trainer:192) INFO: 2/200epoch started. Estimated time to finish: "
           "1 hour\n",
           "[host] 2020-03-24 01:41:06,254 (trainer:452) INFO: 2epoch:train:11-20batch: loss=0.5, acc=0.25\n",
           "[host] 2020-03-24 01:42:00,000 (trainer:338) INFO: 2epoch results: [train] loss=0.5, [valid] "
           "loss=0.25\n"}),
      (Rows{"begin 2/200", "2: 20; train_loss=0.5@2; train_acc=0.25@2",
            "end 2; train_loss=0.5@2; val_loss=0.25@2"}));
}

TEST(MarianFormat, UpdatesAndValidations) {
  EXPECT_EQ(heard({"[2021-07-17 12:54:33] Ep. 1 : Up. 14000 : Sen. 965,843 : Cost 5.25 : Time 359.59s : "
                   "3007.81 words/s\n",
                   "[2021-07-17 13:50:36] [valid] Ep. 1 : Up. 14000 : cross-entropy : 130.5 : new best\n"}),
            (Rows{"14000 step; begin 1; cost=5.25@1", "val_cross-entropy=130.5@1"}));
}

TEST(VerlFormat, StepsByLinesAndBar) {
  EXPECT_EQ(
      heard({"(TaskRunner pid=8) Total training steps: 30\n",
             "(TaskRunner pid=8) Training Progress:   3%|1         | 1/30 [10:00<103:53:21, 600.32s/it]\n",
             "(TaskRunner pid=8) step:2 - actor/kl_loss:0.5 - training/global_step:2.000 - "
             "training/epoch:0.000\n",
             "(TaskRunner pid=8) step:3 - actor/kl_loss:0.5 - training/global_step:3 - training/epoch:0\n"}),
      (Rows{"total 30 step", "1/30 step", "2 step; begin 0; actor/kl_loss=0.5",
            "3 step; actor/kl_loss=0.5"}));
}

TEST(RlLibFormat, TheFirstTrialIsListenedTo) {
  EXPECT_EQ(heard({"Result for PPO_CartPole-v0_120b5_00000:\n", "  episode_reward_mean: 22.5\n",
                   "  training_iteration: 3\n", "Result for PPO_CartPole-v0_120b5_00001:\n",
                   "  training_iteration: 1\n"}),
            (Rows{"", "episode_reward_mean=22.5", "3 round", "", ""}));
}

TEST(SpinningUpFormat, EpochsOfItsTables) {
  EXPECT_EQ(heard_in("|             Epoch |               3 |"), "end 3");
}

TEST(WeNetFormat, BatchesUnderTheNumberOfTheirEpoch) {
  EXPECT_EQ(heard({"2026-11-29 12:00:00,000 INFO Epoch 1 TRAIN info lr 1e-8\n",
                   "2026-11-29 12:00:00,000 DEBUG TRAIN Batch 1/50 loss 50.5 lr 0.0001 rank 0\n",
                   "2026-11-29 12:00:00,000 DEBUG CV Batch 1/0 loss 40.5 history loss 40.5 rank 0\n",
                   "2026-11-29 12:00:00,000 INFO Epoch 1 CV info cv_loss 40.5\n"}),
            (Rows{"begin 1", "1: 50; train_loss=50.5@1", "", "end 1; val_cv_loss=40.5@1"}));
}

TEST(DarknetFormat, ItsNumbersAreNoRanks) {
  EXPECT_EQ(heard({" 1: 10.5, 10.25 avg loss, 0.000000 rate, 5.12 seconds, 64 images, 100.1 hours left\n",
                   " Loaded: 0.1 seconds\n",
                   " 2: 10.5, 10.25 avg loss, 0.000000 rate, 5.12 seconds, 128 images, 100.1 hours left\n"}),
            (Rows{"1 step; loss=10.5", "", "2 step; loss=10.5"}));
}

TEST(TesseractFormat, Iterations) {
  EXPECT_EQ(heard_in("At iteration 90/100/110, Mean rms=2%, delta=5.1%, char train=20.1%, skip ratio=0%"),
            "100 step; rms=0.02");
}

TEST(CenterNetFormat, EpochsAndBatchesFromZero) {
  EXPECT_EQ(heard({"ctdet/coco_dla |####   | train: [1][10/51]|Tot: 0:00:10 |ETA: 0:00:20 |loss 0.5 |Data "
                   "0.001s(0.002s)\n",
                   "ctdet/coco_dla |#######| train: [1][50/51]|Tot: 0:00:10 |ETA: 0:00:00 |loss 0.5 \n",
                   "ctdet/coco_dla |#######| val: [1][4/5]|Tot: 0:00:10 |ETA: 0:00:00 |loss 0.5 \n"}),
            (Rows{"1: 11/51; train_loss=0.5@1", "1: 51/51; train_loss=0.5@1; end 1", "end 1"}));
}

TEST(StyleGanFormat, ThousandsOfImages) {
  EXPECT_EQ(heard({"Training for 120 kimg...\n",
                   "tick 0     kimg 0.0      time 12s          sec/tick 4.8     sec/kimg 150.47\n",
                   "tick 1     kimg 4.0      time 1m 12s       sec/tick 39.1    sec/kimg 9.77\n"}),
            (Rows{"run", "0/120000 sample", "4000/120000 sample"}));
  EXPECT_EQ(heard_in("tick 1     kimg 4.0 / 120.0   time 1m 02s  sec/tick 0.3"), "4000/120000 sample");
}

TEST(JsonLinesFormat, EpochsStepsAndTotals) {
  EXPECT_EQ(
      heard_in(
          R"({"train_lr": 0.002, "train_loss": 0.5, "test_acc1": 61.5, "epoch": 3, "n_parameters": 5000000})"),
      "end 3; test_acc1=61.5@3; train_loss=0.5@3");
  EXPECT_EQ(heard_in(R"({"epoch": 0, "epochs": 5, "val": {"loss": 0.5}})"), "end 0/5; val_loss=0.5@0");
  EXPECT_EQ(heard_in(R"({"epoch": "3", "loss": "0.5"})"), "end 3; loss=0.5@3");
  EXPECT_EQ(heard_in(R"({"event": "start", "total_steps": 200, "epochs": 2})"),
            "total 2 epochs; total 200 step");
  EXPECT_EQ(heard_in(R"({"epochs": 10, "lr": 0.1})"), "~total 10 epochs");
  EXPECT_EQ(heard_in(R"({"global_step": 10, "max_steps": 200, "loss": 0.5})"), "10/200 step; loss=0.5");
  EXPECT_EQ(heard_in(R"({"epoch": 0.49, "loss": 0.5})"), "0.49 epoch; loss=0.5");
  EXPECT_EQ(heard({R"({"mode": "train", "epoch": 1, "iter": 50, "loss": 0.5})"
                   "\n",
                   R"({"mode": "train", "epoch": 1, "iter": 100, "loss": 0.5})"
                   "\n",
                   R"({"mode": "val", "epoch": 1, "iter": 20, "bbox_mAP": 0.25})"
                   "\n",
                   R"({"mode": "train", "epoch": 2, "iter": 50, "loss": 0.5})"
                   "\n"}),
            (Rows{"begin 1; train_loss=0.5@1", "train_loss=0.5@1", "end 1; val_bbox_map=0.25@1",
                  "begin 2; 2: 50; train_loss=0.5@2"}));
  EXPECT_EQ(
      heard_in(R"({"event": "batch", "data": {"epoch": 0, "batch": 2, "num_batches": 5, "loss": 0.5}})"),
      "begin 0; 0: 2/5; loss=0.5@0");
  EXPECT_EQ(
      heard_in(
          R"({"event": "epoch_end", "payload": {"epoch": 0, "num_epochs": 6, "metrics": {"val": {"loss": 0.5}}}})"),
      "end 0/6; val_loss=0.5@0");
  EXPECT_EQ(heard_in(R"({"event": "epoch_start", "epoch": 2})"), "begin 2");
  for (const auto* line : {R"({"best_epoch": 3})", R"({"a": 1})", "{\"epoch\": ", R"(["epoch", 3])",
                           R"({"epoch": null})", R"({"epoch": -1})", R"({"epoch": 1e300})"})
    EXPECT_EQ(heard_in(line), "") << line;
}

}  // namespace
}  // namespace joulecast::progress
