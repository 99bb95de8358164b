// Words in which programs tell that they may end before their total, and words that only sound like it.
#include <gtest/gtest.h>

#include <string>

#include "progress/lines/early_stop_mention.hpp"

namespace joulecast::progress {
namespace {

/// The epochs of patience, 0 where the line does not say them; nothing where nothing may end early.
std::optional<double> patience(const std::string& lowered) {
  const auto found = find_early_stop(lowered);
  return found ? std::optional{found->patience.value_or(0)} : std::nullopt;
}

TEST(StopRule, IsToldByACounterOfFailures) {
  for (const auto* words : {"trigger times: 2",
                            "(trigger 2/5)",
                            "counter=2/5",
                            "es_counter 2 of 5",
                            "counter: 1 out of 4",
                            "no_improve=2/5",
                            "no-improve 3",
                            "did not improve (2/5)",
                            "not improving 2/5",
                            "wait 2/5",
                            "waiting for improvement 1/6",
                            "es 2/5",
                            "[pat 2/5]",
                            "(bad 2/5)",
                            "bad_epochs=2",
                            "strikes 2/3",
                            "stale 1/5",
                            "plateau=2/5",
                            "no improvement (2/5)",
                            "epochs without improvement: 2",
                            "not improved for 2 epochs (limit 5)",
                            "no improvement since epoch 2",
                            "val score has not increased for 3 evaluations"})
    EXPECT_EQ(patience("epoch 3/60 loss 0.31 " + std::string(words)), 0) << words;
  EXPECT_EQ(patience("epoch 3/60 loss 0.3 num_bad_epochs 2 (max 5)"), 5);
  EXPECT_EQ(patience("epoch 3/60 loss 0.3 epochs since best: 2 (max 80)"), 80);
}

TEST(StopRule, IsToldByWhatEndsTheTraining) {
  EXPECT_EQ(patience("stopping criterion: val_loss not better for 5 epochs"), 5);
  EXPECT_EQ(patience("quit when dev score has not increased in 5 epochs"), 5);
  EXPECT_EQ(patience("halt if val loss has not fallen for 4 epochs"), 4);
  for (const auto* words :
       {"epoch 3/60 loss 0.3 best 0.3 @ 2, give up after 5", "stop when the loss plateaus",
        "early exit after 5 bad epochs", "train until val loss stops improving; cap 60 epochs",
        "training runs until convergence, up to 60 epochs", "stop at loss < 0.05",
        "finish when val acc > 0.9", "break out of the loop once loss < 0.05",
        "train until acc >= 0.9 (max 60 epochs)",
        "training until accuracy of 90 % is reached (at most 80 epochs)", "solved when mean reward >= 195",
        "ends as soon as perplexity falls below 20", "converges when grad norm < 1e-3",
        "stops at val acc 0.9.", "stopping rule: gl_5 (prechelt)"})
    EXPECT_EQ(patience(words), 0) << words;
}

TEST(StopRule, IsToldByTargetsAndSettings) {
  for (const auto* words :
       {"target: val_acc >= 0.9", "stop_when_acc: 0.9", "stop_loss=0.05", "target_accuracy: 0.9",
        "goal loss 0.05", "tol=1e-4, n_iter_no_change=10", "od_type=iter od_wait=20",
        "trainer(max_epochs=60, callbacks=[stopattarget(0.9)])", "callback: terminateontarget",
        "hyperbandpruner active", "asha scheduler: may stop this trial early"})
    EXPECT_EQ(patience(words), 0) << words;
}

TEST(StopRule, IsToldByLimitsOfTimeAndBounds) {
  for (const auto* words :
       {"time budget: 8 s", "time limit: 8s", "max_time=00:00:00:08", "max_train_seconds: 8",
        "max_epochs=60, max_minutes=0.1", "max runtime: 8s", "max_runtime_secs=8", "timeout: 8 s",
        "training for up to 60 epochs or 1 hour", "wall-clock allowance: 8 seconds",
        "budget: 8 s of wall time", "epoch 3/60 loss 0.3 used 3.2/8.0 s", "will train for at most 8 seconds",
        "epochs: at most 60", "runs up to 60 epochs", "max 60 epochs"})
    EXPECT_EQ(patience(words), 0) << words;
}

TEST(StopRule, IsNoneInWhatOnlySoundsLikeIt) {
  for (const auto* words : {"epoch 3/60 loss 0.3 lr patience 2/5",
                            "epoch 3/60 loss 0.3 lr_counter 2/5",
                            "reducelronplateau(patience=5, factor=0.1)",
                            "scheduler patience: 4",
                            "val loss has not improved for 3 epochs, reducing the learning rate",
                            "{'factor': 0.1, 'cooldown': 0, 'num_bad_epochs': 2}",
                            "download timeout: 30 s",
                            "nccl timeout: 1800 s",
                            "http request timed out, retrying",
                            "dataloader(timeout=30)",
                            "max_length: 512",
                            "max_grad_norm=1.0",
                            "max_epochs=60",
                            "best acc so far 0.91",
                            "epoch 3/60 loss 0.3 best acc so far 0.9",
                            "epoch 3/60 loss 0.3 eta 00:12 elapsed 00:03",
                            "epoch 3/60 loss 0.3 time 0.2s/1.0s",
                            "epoch 3/60 loss 0.3 target_kl 0.015 goal_reached 0.2",
                            "optimizer reached target lr 1e-3",
                            "slurm job 1234, time limit 24:00:00",
                            "val loss did not improve from 0.34",
                            "early stopping disabled",
                            "warm-up for up to 5 epochs",
                            "training finished after 60 epochs, loss 0.1",
                            "stopped at epoch 3",
                            "epoch 3 ends, loss 0.3",
                            "giving up after 3 retries",
                            "aborts if the loss is nan",
                            "terminateonnan",
                            "this may take up to 5 minutes",
                            "training until step 1000",
                            "stopping criterion: max_epochs",
                            "source acc 0.9 target acc 0.5",
                            "workflow: [('train', 1)], max: 10 epochs",
                            "max_new_tokens=40",
                            "max_duration=20.0",
                            "time limit: none",
                            "data wait 0.02 s",
                            "request counter: 17",
                            "number of trainable parameters: 3",
                            "epoch 3/60 train_time 0.3 val_time 0.2 loss 0.1",
                            "saving up to 5 checkpoints",
                            "waiting for 2 workers",
                            "unfreezing the backbone after 5 epochs"})
    EXPECT_EQ(patience(words), std::nullopt) << words;
}

TEST(StopRule, PassesTheScheduleOfTheRateByForARuleBesideIt) {
  EXPECT_EQ(patience("lr_patience=3, patience=10"), 10);
  EXPECT_EQ(patience("using patience of 80 epochs"), 80);
  EXPECT_EQ(patience("patience (120) larger than epochs"), 120);
}

}  // namespace
}  // namespace joulecast::progress
