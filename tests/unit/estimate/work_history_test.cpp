// Tests that a history of any length stays bounded and loses nothing but detail.
#include "estimate/online/work_history.hpp"

#include <gtest/gtest.h>

#include <random>

#include "estimate/online/work_division.hpp"

namespace joulecast::estimate {
namespace {

WorkBlock block(double work, double energy, bool epoch_end = false) {
  return {.work = work,
          .duration = Seconds{work},
          .measured_work = work,
          .energy = Joules{energy},
          .epoch_ends = epoch_end ? 1 : 0};
}

WorkBlock sum_of(const WorkHistory& history) {
  WorkBlock sum;
  for (const auto& each : history.blocks()) sum += each;
  return sum;
}

TEST(WorkHistory, StaysBoundedAndKeepsItsSums) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return random() % n; };
    const unsigned epoch_every = below(3) == 0 ? 1 : 1 + static_cast<unsigned>(below(5000));
    const unsigned reports = 1 + static_cast<unsigned>(below(20'000));
    WorkHistory history;
    double work = 0;
    double energy = 0;
    int epochs = 0;
    for (unsigned i = 1; i <= reports; ++i) {
      const double w = 0.1 + static_cast<double>(below(100));
      const double e = static_cast<double>(below(1000));
      const bool ends = i % epoch_every == 0;
      history.add(block(w, e, ends));
      work += w, energy += e, epochs += ends ? 1 : 0;
      ASSERT_LE(history.blocks().size(), WorkHistory::most_blocks);
    }
    const auto sum = sum_of(history);
    EXPECT_NEAR(sum.work, work, 1e-9 * work) << seed;
    EXPECT_NEAR(sum.energy.value(), energy, 1e-9 * energy + 1e-9);
    EXPECT_EQ(sum.epoch_ends, epochs);
    EXPECT_EQ(history.epochs(), epochs);
    EXPECT_NEAR(history.work(), work, 1e-9 * work);
    if (reports > 1000) {
      EXPECT_GE(history.blocks().size(), WorkHistory::most_blocks / 4);
    }
  }
}

TEST(WorkHistory, KeepsTheEndsOfLongEpochsApart) {
  WorkHistory history;
  for (int i = 1; i <= 5000; ++i) history.add(block(1, i % 500 == 0 ? 50 : 1, i % 500 == 0));
  int ends = 0;
  double done = 0;
  for (const auto& each : history.blocks()) {
    done += each.work;
    if (each.epoch_ends == 0) continue;
    ++ends;
    EXPECT_DOUBLE_EQ(done, 500.0 * ends);  // an end stands at its block's end
  }
  EXPECT_EQ(ends, 10);
}

TEST(WorkHistory, AnEndWithoutWorkAddsToTheLastBlock) {
  WorkHistory history;
  history.end_epoch(Seconds{1}, Joules{5});  // nothing to end
  EXPECT_EQ(history.epochs(), 0);
  history.add(block(10, 100));
  history.end_epoch(Seconds{2}, Joules{7});
  EXPECT_EQ(history.epochs(), 1);
  EXPECT_DOUBLE_EQ(sum_of(history).energy.value(), 107);
  EXPECT_DOUBLE_EQ(sum_of(history).duration.value(), 12);
  EXPECT_DOUBLE_EQ(history.work_at_epoch_end(), 10);
  history.end_epoch(Seconds{3}, Joules{20});  // a validation after the end
  EXPECT_EQ(history.epochs(), 1) << "the same epoch, which lasted longer";
  EXPECT_DOUBLE_EQ(sum_of(history).energy.value(), 127);
  EXPECT_DOUBLE_EQ(sum_of(history).duration.value(), 15);
}

TEST(WorkHistory, KnowsThatAnEvaluationIsStillToCome) {
  WorkHistory history;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (int i = 1; i <= 9; ++i) history.add(block(10, 10));
    history.add(block(10, 10, true));
    EXPECT_EQ(history.awaits_evaluation(), epoch == 1) << "the first may have none";
    history.end_epoch(Seconds{20}, Joules{50});
    EXPECT_FALSE(history.awaits_evaluation());
  }
  history.add(block(10, 10));
  EXPECT_FALSE(history.awaits_evaluation());
}

TEST(WorkDivision, LosesNoWorkBeforeItsLastUnit) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const unsigned reports = 2 + static_cast<unsigned>(random() % 3000);
    const unsigned epoch_every = random() % 3 == 0 ? 0 : 1 + static_cast<unsigned>(random() % 600);
    WorkHistory history;
    for (unsigned i = 1; i <= reports; ++i)
      history.add(block(1 + static_cast<double>(random() % 3), 1, epoch_every > 0 && i % epoch_every == 0));
    const double total = history.work() * (1 + static_cast<double>(random() % 10));
    const auto division = divide(history, total, 0);
    ASSERT_FALSE(division.parts.empty()) << seed;
    double work = 0;
    for (const auto& part : division.parts) {
      ASSERT_GT(part.block.work, 0);
      work += part.block.work;
    }
    EXPECT_LE(work, history.work() * (1 + 1e-9));
    // what is missing is the unit under way: less than one unit or epoch
    EXPECT_GE(work, history.work() - std::max(division.cycle, 0.01 * total) - 3) << seed;
  }
}

TEST(WorkDivision, TellsEdgesFromTheInsideOfLongEpochs) {
  WorkHistory history;
  for (int i = 1; i <= 300; ++i) history.add(block(1, i % 100 == 0 ? 20 : 1, i % 100 == 0));
  const auto division = divide(history, 1000, 0);
  EXPECT_DOUBLE_EQ(division.edge_every, 100);
  EXPECT_DOUBLE_EQ(division.since_edge, 0);
  EXPECT_DOUBLE_EQ(division.cycle, 100);
  EXPECT_EQ(division.epochs.size(), 3u);
  EXPECT_DOUBLE_EQ(division.first_block.work, 2);
  int begins = 0, ends = 0;
  for (const auto& [part, place] : division.parts) {
    EXPECT_EQ(place == WorkDivision::Place::epoch_end, part.epoch_ends > 0);
    begins += place == WorkDivision::Place::epoch_begin;
    ends += place == WorkDivision::Place::epoch_end;
    if (place != WorkDivision::Place::epoch_end) {
      EXPECT_DOUBLE_EQ(part.energy.value() / part.work, 1);  // no validation in it
    }
  }
  EXPECT_EQ(begins, 2) << "the first epoch has none before it";
  EXPECT_EQ(ends, 3);
}

}  // namespace
}  // namespace joulecast::estimate
