#include "progress/metric_text.hpp"

#include <gtest/gtest.h>

#include <map>

namespace joulecast::progress {
namespace {

using Metrics = std::map<std::string, double>;

Metrics metrics_of(std::string_view line) {
  Metrics found;
  for (const auto& [name, value] : find_metrics(line)) found[name] = value;
  return found;
}

struct Case {
  const char* line;
  Metrics metrics;
};

TEST(MetricText, Wordings) {
  const Case cases[] = {
      {"loss=0.25 - val_accuracy: 0.5", {{"loss", 0.25}, {"val_accuracy", 0.5}}},
      {"epoch 3 loss 0.25", {{"loss", 0.25}}},
      {"Epoch 3 of 4: train loss 0.5, val loss 0.25, val accuracy 0.75",
       {{"train_loss", 0.5}, {"val_loss", 0.25}, {"val_accuracy", 0.75}}},
      {"train loss: 0.5 train acc: 0.75, val loss: 0.25 val acc: 0.125",
       {{"train_loss", 0.5}, {"train_acc", 0.75}, {"val_loss", 0.25}, {"val_acc", 0.125}}},
      {"train Loss: 0.5 Acc: 0.75", {{"train_loss", 0.5}, {"train_acc", 0.75}}},
      {"Epoch: 1 \tTraining Loss: 0.5 \tValidation Loss: 0.25", {{"train_loss", 0.5}, {"val_loss", 0.25}}},
      {"Test set: Average loss: 0.25, Accuracy: 3/4 (75%)", {{"test_loss", 0.25}, {"test_accuracy", 0.75}}},
      {"Accuracy: 8712/9000 (97%)", {{"Accuracy", 0.968}}},
      {"accuracy 388/400 (97%)", {{"accuracy", 0.97}}},
      {"acc: 50%, f1 25 %", {{"acc", 0.5}, {"f1", 0.25}}},
      {"Accuracy (%): 50.0", {{"Accuracy", 0.5}}},
      {"{'eval_loss': '0.5', 'eval_f1': 0.25}", {{"eval_loss", 0.5}, {"eval_f1", 0.25}}},
      {R"({"loss":0.5,"top1_acc":12})", {{"loss", 0.5}, {"top1_acc", 12}}},
      {"Epoch: [0][ 1/40]\tLoss 7.5e-01 (5e-01)\tLoss 7.5e-01 (0.5)\tAcc@1  54.00 ( 25.00)",
       {{"Loss", 0.5}, {"Acc@1", 25}}},
      {"[D loss: 0.5] [G loss: 0.25]", {{"D_loss", 0.5}, {"G_loss", 0.25}}},
      {"| lm loss: 7.5E+00 | loss scale: 1.0 | grad norm: 2.2", {{"lm_loss", 7.5}}},
      {"lm loss value: 2.5 | lm loss PPL: 3", {{"lm_loss", 2.5}, {"PPL", 3}}},
      {"Norm: 3.5, Avg. loss: 0.5, Objective: 2.5", {{"loss", 0.5}}},
      {"f1-score (micro avg)  0.5", {{"f1-score", 0.5}}},
      {"Best val Acc: 0.5", {{"best_val_acc", 0.5}}},
      {"train 0.5 | valid 0.25", {{"train", 0.5}, {"val", 0.25}}},
      {"val loss is 0.5", {{"val_loss", 0.5}}},
      {"loss: tensor(0.5)", {{"loss", 0.5}}},
      {"loss: -1.5", {{"loss", -1.5}}},
      {"Loss - 0.5 | Accuracy - 0.25", {{"Loss", 0.5}, {"Accuracy", 0.25}}},
      {"Step: 100... Loss: 0.5... Val Loss: 0.25", {{"Loss", 0.5}, {"val_loss", 0.25}}},
      {"Loss after epoch 3: 0.5", {{"Loss", 0.5}}},
      {"Average loss at step  2000 :  0.5", {{"loss", 0.5}}},
      {"train/CrossEntropyLoss=0.5 bbox_mAP: 0.25, mIoU: 0.125",
       {{"train/CrossEntropyLoss", 0.5}, {"bbox_mAP", 0.25}, {"mIoU", 0.125}}},
  };
  for (const auto& [line, metrics] : cases) EXPECT_EQ(metrics_of(line), metrics) << line;
}

TEST(MetricText, WhatIsNoFigure) {
  for (const auto* line : {"Namespace(batch_size=100, loss=0.5)",
                           "config: loss=0.5",
                           "loss_weight=0.5 loss scale: 32768.0",
                           "loss: nan",
                           "loss: inf",
                           "val_loss did not improve from 0.5",
                           "error 404",
                           "loss 3 epochs",
                           "Validation loss decreased (inf --> 0.565525).  Saving model ...",
                           "loss time: 12ms loss: 12ms",
                           "train 12.5 s",
                           "Accuracy of the network",
                           "acc",
                           "loss:",
                           "loss: 12/0",
                           "",
                           "_",
                           "-.-",
                           "loss: 1.2.3",
                           "test 12.30 seconds | train 3 of 4",
                           "lr: 0.1, time: 0.5",
                           "Maximum iterations (12) reached"})
    EXPECT_EQ(metrics_of(line), Metrics{}) << line;
}

}  // namespace
}  // namespace joulecast::progress
