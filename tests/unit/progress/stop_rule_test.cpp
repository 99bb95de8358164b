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
  for (const auto* words : {"no new best for 5 evals (max 8)", "gone 5 epochs without a new minimum [max 7]",
                            "0 rounds without progress (limit 10)", "tries remaining: 5", "chances left: 4"})
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

TEST(StopRule, IsToldByABoundBesideAFigure) {
  for (const auto* words :
       {"acc 73.0% (goal: 90%)", "acc 84.5 (target 90.0)", "acc 84.5 [target: >= 90.0]",
        "acc=0.84 target=0.9", "loss 0.3 | goal 0.05", "reward 120 (solved at 195)", "val_acc 0.8 (need 0.9)",
        "(stop at lr < 1e-6)", "(training stops below 1e-06)", "grad_norm 1e-2 (converged when < 1e-3)",
        "(best: epoch 2, 1 epochs ago, stopping at 10)", "stagnation 3/10", "stagnation: 3", "fails 2/5",
        "not best 2/5", "change=6.9e-03 (tol=1e-4)", "loss 0.3 (tol 1e-4)", "delta 1e-3, tolerance 1e-5",
        "elbo -80, converged: false"})
    EXPECT_EQ(patience("epoch 3/60 " + std::string(words)), 0) << words;
  for (const auto* words : {"reducelronplateau: lr -> 2.5e-04 (training stops below 1e-06)",
                            "training stops when lr < 1e-6",
                            "terminates once the duality gap is below 0.01",
                            "halting if kl exceeds 0.5",
                            "iteration 12/400, nll=0.1, change=6.9e-03 (tol=1e-4)",
                            "max_iter=200, tol=1e-4",
                            "loss_threshold: 0.05",
                            "reward threshold 475",
                            "convergence threshold: 1e-4",
                            "stop_min_lr=1e-9",
                            "anneal_factor: 0.5, min_learning_rate: 0.0001",
                            "training to 94% accuracy",
                            "aiming for 0.9 map",
                            "train while loss > 0.1",
                            "training continues while the accuracy is below 0.9",
                            "loop goes on while val_loss improves",
                            "train until lr < 1e-6",
                            "exit criterion: val_loss",
                            "60 epochs or 2 hours, whichever comes first",
                            "runs at most 1,000 iterations"})
    EXPECT_EQ(patience(words), 0) << words;
}

TEST(StopRule, IsToldByWhatMayBeSpent) {
  for (const auto* words : {"job will stop after 8 s of wall time (requeue)",
                            "will stop after 30 min wall time",
                            "job deadline in 00:30:00, checkpointing before",
                            "deadline: 18:00",
                            "budget: 0.02 gpu-hours",
                            "energy budget 0.5 kwh",
                            "budget of $20",
                            "a 2 h budget",
                            "epoch 3/60 loss 0.3 elapsed 3 s of 30 s",
                            "epoch 3/60 loss 0.3 | time budget used 6%",
                            "spot instance, will be reclaimed in 30 min",
                            "training stops at 18:00",
                            "training runs until 23:30",
                            "training for 30 minutes",
                            "limited to 2 h",
                            "epoch 3/40 loss 0.3 slurm time left 0-00:00:05",
                            "wall-clock limit in 5 s",
                            "(allocation ends in 5.5 s)",
                            "step 300/2000 loss 0.3 credits left: 290",
                            "quota 13% used",
                            "time left before preemption: 40 s",
                            "cost so far $1.50 of $2.00",
                            "flops spent 3.1e17 of 1e18"})
    EXPECT_EQ(patience(words), 0) << words;
}

TEST(StopRule, IsToldByStepsThatAreSetBesideEpochs) {
  const auto most_steps = [](const char* lowered) {
    const auto found = find_early_stop(lowered);
    return found ? found->most_steps : std::nullopt;
  };
  EXPECT_EQ(most_steps("num_epochs=60 max_train_steps=100"), 100);
  EXPECT_EQ(most_steps("namespace(epochs=3, max_steps=500, lr=0.1)"), 500);
  for (const auto* words :
       {"epochs=3, max_steps=-1", "epochs=3, max_steps=none", "max_steps=500", "epochs=3 max_seq_length=512",
        "epoch=3 max_epochs=60 step=5 max_steps=100", "epochs=0, max_steps=500"})
    EXPECT_EQ(most_steps(words), std::nullopt) << words;
}

TEST(StopRule, IsToldInOtherLanguages) {
  EXPECT_EQ(patience("epoch 3/100 - loss 0.3 - geduld 0/10"), 10);
  EXPECT_EQ(patience("epoch 3/100 loss 0.3 paciencia: 2/5"), 5);
  EXPECT_EQ(patience("epoch 3/100 loss 0.3 耐心值：3/8"), 8);
  EXPECT_EQ(patience("эпоха 3/100 терпение 1/4"), 4);
  for (const auto* words : {"vorzeitiger abbruch aktiv",
                            "abbruch, wenn der verlust unter 0,1 fällt",
                            "stoppt, sobald 90 % erreicht",
                            "trainiere bis zur konvergenz",
                            "keine verbesserung seit 3 epochen",
                            "ziel: 90 %",
                            "zeitlimit: 30 min",
                            "maximale laufzeit: 2 h",
                            "arrêt si la perte < 0,1",
                            "arrêt anticipé",
                            "sans amélioration depuis 3",
                            "objectif : 90 %",
                            "limite de temps : 30 min",
                            "parada temprana",
                            "se detiene cuando loss < 0.1",
                            "sin mejora: 3",
                            "tiempo límite: 2 h",
                            "parada antecipada",
                            "parar se a perda < 0,1",
                            "arresto anticipato",
                            "si ferma quando loss < 0.1",
                            "tempo massimo: 2 h",
                            "ранняя остановка",
                            "остановка, если loss < 0.1",
                            "лимит времени: 2 ч",
                            "早停计数 3/10",
                            "早停: 3",
                            "连续3轮未提升",
                            "当损失低于0.1时停止训练",
                            "目标准确率: 0.9",
                            "时间限制：30 分钟",
                            "早期終了あり",
                            "目標精度 0.9",
                            "制限時間: 2時間",
                            "조기 종료",
                            "목표 정확도: 0.9",
                            "시간 제한: 2"})
    EXPECT_EQ(patience(words), 0) << words;
  for (const auto* words :
       {"ohne vorzeitigen abbruch", "早停: 否", "kein vorzeitiger abbruch", "ziel: 10 epochen", "geduld: 0",
        "epoch 3/8 verlust 0,3 genauigkeit 0,8 zeit 3 s", "epoch 3/8 准确率: 0.9 用时 3 秒",
        "endet nach 8 epochen", "lernrate gesenkt, keine verbesserung seit 3 epochen"})
    EXPECT_EQ(patience(words), std::nullopt) << words;
}

TEST(StopRule, IsNoBoundThatEndsNothing) {
  for (const auto* words : {"target: 3, pred: 5",
                            "time left: 0:12:30",
                            "remaining 00:12:30, eta 5 s",
                            "gpu memory used 3.1 of 16 gb",
                            "new best after 3 epochs",
                            "saved $12 so far",
                            "3 examples remaining in the buffer",
                            "target shape (64, 10)",
                            "q loss 0.3, target network updated",
                            "sac target_entropy: -6",
                            "lr: target 1e-3",
                            "f1 0.81 (threshold 0.37)",
                            "iou threshold 0.5",
                            "score_threshold=0.05",
                            "reducelronplateau threshold: 0.0001",
                            "min_lr=1e-6",
                            "cosine schedule, min_learning_rate: 1e-6",
                            "ode solver: rtol=1e-5, atol=1e-6",
                            "solver tolerance: 1e-4",
                            "tolerance_grad: 1e-07",
                            "adam(lr=0.001, eps=1e-08)",
                            "gradient clipping at 1.0",
                            "acc 0.9 (best 0.91)",
                            "loss 0.3 (was 0.4)",
                            "stop words: 179 removed",
                            "stop_token_id: 2",
                            "profiling stops after 10 s",
                            "warm-up ends at step 500",
                            "training ends at epoch 60",
                            "stopping at step 1000",
                            "training stopped after 3.2 s",
                            "epoch 3/60 finishes in 30 min",
                            "eta 00:12, elapsed 00:03/00:15",
                            "elapsed 3 s of ~30 s",
                            "gpu memory limit: 80 %",
                            "power limit 300 w",
                            "parameter budget: 10 m",
                            "rate limit: 3 s",
                            "training for 5m steps",
                            "training for 60 epochs",
                            "deadline exceeded, retrying",
                            "goal_reached 0.2",
                            "will be saved to out/",
                            "results will be written in 3 files",
                            "early fusion of 3 inputs",
                            "validating on at most 100 batches",
                            "meta 3",
                            "epoch 3/60 iter 20 loss 0.3",
                            "stopped, then loss > 3?",
                            "the end of epoch 3: loss > 0.3",
                            "[target: 512 tokens]",
                            "non-stop training on 8 gpus",
                            "adversarial training to be robust",
                            "while waiting for data: 0.3 s"})
    EXPECT_EQ(patience(words), std::nullopt) << words;
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
