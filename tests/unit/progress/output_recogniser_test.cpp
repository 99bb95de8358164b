#include "progress/output_recogniser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "progress/tracker.hpp"

namespace joulecast::progress {
namespace {

/// Feeds lines one second apart and returns the epochs found in them.
struct Heard {
  std::vector<trace::Epoch> epochs;
  std::optional<double> total;
};

Heard hear(const std::vector<std::string>& pieces, RecogniserOptions options = {}) {
  auto recogniser = OutputRecogniser::create(std::move(options));
  EXPECT_TRUE(recogniser);
  Tracker tracker(SteadyTime{});
  SteadyTime now{};
  for (const auto& piece : pieces) {
    now = now + Seconds{1};
    for (const auto& event : recogniser->feed(piece, now)) tracker.take(event);
  }
  for (const auto& event : recogniser->settle()) tracker.take(event);
  const auto total = tracker.total_epochs();
  tracker.finish(now + Seconds{1});
  return {tracker.epochs(), total};
}

TEST(OutputRecogniser, Keras) {
  const auto heard =
      hear({"Epoch 1/3\n", "  1/100 [..............] - ETA: 9s - loss: 2.30 - accuracy: 0.10\b\b\b",
            "100/100 [==============] - 3s 2ms/step - loss: 0.50 - accuracy: 0.81 - val_loss: 0.40\n",
            "Epoch 2/3\n", "100/100 [==============] - 3s - loss: 0.30 - accuracy: 0.91\n", "Epoch 3/3\n",
            "100/100 [==============] - 3s - loss: 0.20 - accuracy: 0.95\n"});
  ASSERT_EQ(heard.epochs.size(), 3u);
  EXPECT_EQ(heard.total, 3);
  EXPECT_EQ(heard.epochs[0].index, 1);
  EXPECT_EQ(heard.epochs[0].span, (trace::Span{Seconds{1}, Seconds{3}}));
  EXPECT_DOUBLE_EQ(heard.epochs[0].metrics.at("val_loss"), 0.40);
  EXPECT_DOUBLE_EQ(heard.epochs[2].metrics.at("accuracy"), 0.95);
}

TEST(OutputRecogniser, LightningRedrawsItsBar) {
  const auto heard =
      hear({"Epoch 0:   0%|          | 0/938 [00:00<?, ?it/s]\r",
            "Epoch 0: 100%|####| 938/938 [00:05<00:00, 180.1it/s, v_num=0, train_loss=0.10]\r",
            "Epoch 1:   0%|          | 0/938 [00:00<?, ?it/s, v_num=0, train_loss=0.10]\r",
            "Epoch 1: 100%|####| 938/938 [00:05<00:00, 180.1it/s, v_num=0, train_loss=0.05]\n"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.epochs[1].span.begin, Seconds{3});
  EXPECT_DOUBLE_EQ(heard.epochs[1].metrics.at("train_loss"), 0.05);
}

TEST(OutputRecogniser, HuggingFaceTrainer) {
  const auto heard = hear({"***** Running training *****\n  Num Epochs = 2\n",
                           "{'loss': 0.9, 'learning_rate': 5e-05, 'epoch': 0.5}\n",
                           "{'loss': 0.7, 'learning_rate': 4e-05, 'epoch': 1.0}\n",
                           "{'eval_loss': 0.6, 'eval_accuracy': 0.8, 'eval_runtime': 1.0, 'epoch': 1.0}\n",
                           "{'loss': 0.5, 'learning_rate': 2e-05, 'epoch': 2.0}\n"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.total, 2);
  EXPECT_EQ(heard.epochs[0].index, 1);
  EXPECT_EQ(heard.epochs[0].span.end, Seconds{4}) << "with its evaluation";
  EXPECT_DOUBLE_EQ(heard.epochs[0].metrics.at("eval_accuracy"), 0.8);
}

TEST(OutputRecogniser, TqdmOverEpochs) {
  const auto heard =
      hear({"Epochs:   0%|          | 0/4 [00:00<?, ?it/s]\r", "Epochs:  25%|##  | 1/4 [00:01<00:03]\r",
            "Epochs:  50%|#### | 2/4 [00:02<00:02]\r"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.total, 4);
}

TEST(OutputRecogniser, TqdmWithinAnEpoch) {
  const auto heard = hear({"Epoch 1/2:  45%|####     | 45/100 [00:01<00:02, 30it/s, loss=0.25]\r",
                           "Epoch 1/2: 100%|#########| 100/100 [00:03<00:00, 30it/s, loss=0.20]\r",
                           "Epoch 2/2:   5%|         | 5/100 [00:00<00:03, 30it/s, loss=0.19]\r"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.epochs[1].work, 0.05) << "the second was left";
  EXPECT_DOUBLE_EQ(heard.epochs[0].metrics.at("loss"), 0.20);
}

TEST(OutputRecogniser, FastaiTable) {
  const auto heard = hear({"epoch     train_loss  valid_loss  accuracy  time    \n",
                           "0         0.412000    0.310000    0.870000  00:12     \n",
                           "1         0.298000    0.250000    0.910000  00:11     \n"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_DOUBLE_EQ(heard.epochs[1].metrics.at("val_accuracy"), 0.91);
}

TEST(OutputRecogniser, PlainLinesCloseTheirEpoch) {
  for (const auto* form :
       {"Epoch {}/9 loss=0.5 accuracy: 91.5%\n", "[Epoch {}/9] Loss: 0.5, Accuracy: 91.5%\n",
        "epoch: {} / 9 | loss = 0.5 | val_acc = 0.9\n", "Epoch [{}/9], Loss: 0.5000\n"}) {
    const auto heard = hear({"loading data, version=2\n", fmt::format(fmt::runtime(form), 1),
                             fmt::format(fmt::runtime(form), 2), fmt::format(fmt::runtime(form), 3)});
    ASSERT_EQ(heard.epochs.size(), 3u) << form;
    EXPECT_EQ(heard.total, 9) << form;
    EXPECT_EQ(heard.epochs[1].span, (trace::Span{Seconds{2}, Seconds{3}})) << form;
    EXPECT_FALSE(heard.epochs[1].metrics.empty()) << form;
  }
}

TEST(OutputRecogniser, StepsOfAnEpochDoNotCloseIt) {
  const auto heard =
      hear({"Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.3\n", "Train Epoch: 1 [6400/60000 (11%)]\tLoss: 1.1\n",
            "Train Epoch: 2 [0/60000 (0%)]\tLoss: 0.4\n"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.epochs[0].span, (trace::Span{Seconds{1}, Seconds{3}}));
  EXPECT_DOUBLE_EQ(heard.epochs[0].metrics.at("train_loss"), 1.1);
}

TEST(OutputRecogniser, PreparationIsNoPartOfTheFirstEpoch) {
  const auto heard = hear({"importing\n", "importing more\n", "Training on 1347 images\n",
                           "Epoch 1/3 loss=0.5\n", "Epoch 2/3 loss=0.4\n"});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.epochs[0].span, (trace::Span{Seconds{3}, Seconds{4}}));
}

TEST(OutputRecogniser, PercentMetricsAreShares) {
  const auto heard = hear({"Epoch 1/2 accuracy: 91.5%\n"});
  ASSERT_EQ(heard.epochs.size(), 1u);
  EXPECT_NEAR(heard.epochs[0].metrics.at("accuracy"), 0.915, 1e-12);
}

TEST(OutputRecogniser, OrdinaryTextIsNotHeard) {
  const auto heard = hear({"num_epochs=30\n", "see epoch.py line 3\n", "accuracy=0.5 of the scale\n",
                           "epochs are fun\n", "http://host:8080/ loss=1\n"});
  EXPECT_TRUE(heard.epochs.empty());
}

TEST(OutputRecogniser, OwnPattern) {
  const auto heard = hear({"runde 3 von 12, loss=0.4\n", "runde 4 von 12, loss=0.3\n"},
                          {.epoch_regex = "runde (\\d+) von (\\d+)", .step_regex = {}});
  ASSERT_EQ(heard.epochs.size(), 2u);
  EXPECT_EQ(heard.total, 12);
  EXPECT_EQ(OutputRecogniser::create({.epoch_regex = "(", .step_regex = {}}).error().kind,
            ErrorKind::invalid);
  EXPECT_EQ(OutputRecogniser::create({.epoch_regex = "no group", .step_regex = {}}).error().kind,
            ErrorKind::invalid);
}

TEST(OutputRecogniser, SurvivesBytesCutAnywhereAndEndlessLines) {
  auto recogniser = *OutputRecogniser::create();
  std::size_t events = 0;
  for (const char c : std::string("Epoch 1/3 loss=0.5\n")) events += recogniser.feed({&c, 1}, {}).size();
  EXPECT_EQ(events, 2u);
  EXPECT_TRUE(recogniser.feed(std::string(10'000'000, 'x'), {}).empty());
  EXPECT_TRUE(recogniser.feed("Epoch 2/3 loss=0.4\n", {}).empty())
      << "the end of an overlong line is not a line";
  EXPECT_FALSE(recogniser.feed("Epoch 2/3 loss=0.4\n", {}).empty());
}

TEST(OutputRecogniser, HearsThatTheTrainingMayEndEarly) {
  const auto patience = [](const std::string& line) -> std::optional<double> {
    for (const auto& event : OutputRecogniser::create()->feed(line + "\n", {}))
      if (event.kind == EventKind::may_end_early) return event.value;
    return std::nullopt;
  };
  EXPECT_EQ(patience("Epoch  3/50 | train_loss 0.3 | val_loss 0.5 | patience 0/6"), 6);
  EXPECT_EQ(patience("Namespace(lr=0.1, patience=10, seed=1)"), 10);
  EXPECT_EQ(patience("engine: task=detect, epochs=3, patience=100, batch=16"), 100);
  EXPECT_EQ(patience("Epoch 3/300: train 0.2 val 0.2 (no improvement 0/5)"), 0);
  EXPECT_EQ(patience("max_epochs=300, early stopping on val_loss with patience 5"), 5);
  EXPECT_EQ(patience("EarlyStopping counter: 2 out of 7"), 0);
  EXPECT_EQ(patience("{'early_stopping_rounds': 20}"), 0);
  EXPECT_EQ(patience("Training until validation scores don't improve for 50 rounds"), 0);
  EXPECT_EQ(patience("Epoch 3/100 loss 0.5 no gain for 2/6 epochs"), 6);
  for (const auto* words : {"Epoch 3/100 loss=0.5 bad_epochs=2", "Epoch 3/100 loss 0.5 waiting 3 of 6",
                            "Epoch 3/100 loss 0.5 [tol 2/5]", "100 max, converged when delta<1e-3",
                            "Epoch 3/100 (stops when val_loss < 0.1)", "Will stop once val_acc >= 0.93",
                            "Epoch 3/100 acc 0.5 (target acc 0.95)", "max_epochs=100 min_delta=0.01 stale=0"})
    EXPECT_EQ(patience(words), 0) << words;
  for (const auto* none :
       {"Epoch 3/100 target 0.5 loss 0.2", "weekend run, gained 3", "waiting for 2 workers",
        "Epoch 3/100 frontend: 3/8 loss 0.2", "tolerance 1e-3, end of epoch 3"})
    EXPECT_EQ(patience(none), std::nullopt) << none;
  for (const auto* none :
       {"early_stopping=False, epochs=3", "early stopping: off", "no early stopping",
        "\"early_stopping\": null,", "early_stopping_patience=0", "patience: None",
        "ReduceLROnPlateau(factor=0.1, patience=5)", "lr_patience=3", "\"tuner_early_stopping\": 5,",
        "this may take a while, thank you for your patience", "val_loss did not improve from 0.4",
        "Epoch 1/3 loss=0.5", "an early improvement of 3 %"})
    EXPECT_FALSE(patience(none)) << none;
}

TEST(OutputRecogniser, ASettingThatLooksLikeAPartDoesNotSilenceWhatFollows) {
  const auto events = OutputRecogniser::create()->feed("seed=11\n[1/5] loss 0.5\n", {});
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].evidence, Evidence::guessed);
  EXPECT_EQ(events[1].kind, EventKind::epoch_end);
}

}  // namespace
}  // namespace joulecast::progress
