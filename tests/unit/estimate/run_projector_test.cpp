// Tests the energy that a run uses outside of its work against sums by hand, and impossible inputs.
#include "estimate/online/run_projector.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "estimate/online/history.hpp"
#include "recorded.hpp"

namespace joulecast::estimate {
namespace {

Movement from_to(double begin, double end, std::optional<double> joules, std::optional<double> outside = {}) {
  Movement movement{.work = 1, .span = {Seconds{begin}, Seconds{end}}};
  if (joules) movement.energy = Joules{*joules};
  if (outside) movement.outside = Joules{*outside};
  return movement;
}

TEST(RunProjector, CountsTheStartUpOnce) {
  auto projector = *RunProjector::begin({.total_work = 50});
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(projector.move(from_to(60 + 10 * i, 70 + 10 * i, 1000, i == 0 ? 3000 : 0)));
  const auto p = *projector.projection();
  EXPECT_NEAR(p.used.value(), 3'000 + 10'000, 1e-6);
  EXPECT_NEAR(p.total.value.value(), 3'000 + 50'000, 1e-6);
  EXPECT_NEAR(p.remaining.value.value(), 40'000, 1e-6);
  EXPECT_NEAR(p.duration.value.value(), 60 + 500, 1e-6);
  EXPECT_NEAR(p.remaining_time.value.value(), 400, 1e-6);
  EXPECT_NEAR((p.total.interval->high - p.used).value(), p.remaining.interval->high.value(), 1e-6);
  EXPECT_TRUE(p.ready);
  EXPECT_NEAR(projector.cost_at(30)->value.value(), 3'000 + 30'000, 1e-6);
  EXPECT_NEAR(projector.work_at_budget(Joules{42'000})->value, 39, 1e-6);
  EXPECT_NEAR(*projector.probability_above(p.total.interval->high), 0.05, 1e-4);
  EXPECT_DOUBLE_EQ(projector.work_done(), 10);
  EXPECT_DOUBLE_EQ(projector.time().value(), 160);
}

TEST(RunProjector, ExpectsEvaluationsOfTheRemainingWorkToo) {
  // 10 s an epoch at 100 W, then 2 s of evaluation at 200 W: 1400 J and 12 s from one epoch to the next.
  auto projector = *RunProjector::begin({.total_work = 50});
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(projector.move(from_to(12 * i, 12 * i + 10, 1000, i == 0 ? 0 : 400)));
  const auto p = *projector.projection();
  EXPECT_NEAR(p.used.value(), 1000 + 19 * 1400, 1e-6);
  EXPECT_NEAR(p.total.value.value(), 1000 + 49 * 1400, 1);
  EXPECT_NEAR(p.duration.value.value(), 10 + 49 * 12, 0.1);
  EXPECT_TRUE(p.total.interval->contains(Joules{1000 + 49 * 1400}));
}

TEST(RunProjector, TakesStepsWithinEpochsAsItTakesEpochs) {
  auto epochs = *RunProjector::begin({.total_work = 40});
  auto steps = *RunProjector::begin({.total_work = 40});
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(epochs.move(from_to(5 + 10 * i, 15 + 10 * i, 1000, i == 0 ? 700 : 0)));
    for (int s = 0; s < 20; ++s) {
      auto step = from_to(5 + 10 * i + 0.5 * s, 5.5 + 10 * i + 0.5 * s, 50, i + s == 0 ? 700 : 0);
      step.work = 0.05;
      ASSERT_TRUE(steps.move(step));
    }
  }
  EXPECT_NEAR(steps.projection()->share, epochs.projection()->share, 1e-12);
  EXPECT_NEAR(steps.projection()->used.value(), epochs.projection()->used.value(), 1e-6);
  EXPECT_NEAR(steps.projection()->total.value.value(), epochs.projection()->total.value.value(), 1e-6);
  EXPECT_NEAR(steps.projection()->duration.value.value(), 405, 1e-6);
}

TEST(RunProjector, FillsInWhatWasNotMeasured) {
  auto projector = *RunProjector::begin({.total_work = 20});
  for (int i = 0; i < 10; ++i) {
    const bool measured = i != 4;
    ASSERT_TRUE(
        projector.move(from_to(10 * i, 10 * i + 10, measured ? std::optional{1000.0} : std::nullopt)));
  }
  EXPECT_NEAR(projector.projection()->used.value(), 10'000, 1e-6);
  EXPECT_NEAR(projector.projection()->total.value.value(), 20'000, 1e-6);
}

TEST(RunProjector, CountsWorkThatTookNoTimeWithTheNext) {
  auto projector = *RunProjector::begin({.total_work = 20});
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(projector.move(from_to(20 * i, 20 * i, 0, 0)));
    ASSERT_TRUE(projector.move(from_to(20 * i, 20 * i + 20, 2000, 0)));
  }
  EXPECT_DOUBLE_EQ(projector.work_done(), 10);
  EXPECT_NEAR(projector.projection()->share, 0.5, 1e-12);
  EXPECT_NEAR(projector.projection()->total.value.value(), 20'000, 1e-6);
}

TEST(RunProjector, RefusesWhatCannotBeAndGoesOn) {
  auto projector = *RunProjector::begin({.total_work = 20});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(projector.move(from_to(10 * i, 10 * i + 10, 1000)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(projector.move(from_to(60, 50, 1000)));
  EXPECT_FALSE(projector.move(from_to(nan, 60, 1000)));
  for (const double work : {0.0, -1.0, nan, 5e-324, 1e308}) {
    auto bad = from_to(50, 60, 1000);
    bad.work = work;
    EXPECT_FALSE(projector.move(bad)) << work;
    EXPECT_FALSE(projector.set_total_work(work)) << work;
  }
  EXPECT_NEAR(projector.projection()->total.value.value(), 20'000, 1e-6);
  EXPECT_DOUBLE_EQ(projector.time().value(), 50);
  ASSERT_TRUE(projector.move(from_to(50, 60, -7)));  // an impossible energy counts as unknown
  EXPECT_NEAR(projector.projection()->used.value(), 6'000, 1e-6);
}

void expect_finite(const RunProjector& projector) {
  const auto finite = [](const auto& estimate) {
    return std::isfinite(estimate.value.value()) && std::isfinite(estimate.interval->low.value()) &&
           std::isfinite(estimate.interval->high.value()) &&
           estimate.interval->low <= estimate.interval->high;
  };
  const auto p = projector.projection();
  if (!p || projector.work_done() == 0) return;
  EXPECT_TRUE(std::isfinite(p->used.value()));
  EXPECT_GE(p->share, 0);
  EXPECT_LE(p->share, 1);
  EXPECT_TRUE(finite(p->total)) << p->total.value.value();
  EXPECT_TRUE(finite(p->remaining));
  EXPECT_TRUE(finite(p->duration));
  EXPECT_TRUE(finite(p->remaining_time));
  const auto above = projector.probability_above(Joules{1000});
  ASSERT_TRUE(above);
  EXPECT_GE(*above, 0);
  EXPECT_LE(*above, 1);
}

/// A mostly normal training, mixed with impossible amounts.
class OddNumbers {
 public:
  explicit OddNumbers(unsigned seed) : random_(seed) {}
  double operator()(double usual) {
    static constexpr double odd[] = {0,
                                     -0.0,
                                     -1,
                                     5e-324,
                                     1e-300,
                                     1e-30,
                                     1e-12,
                                     1e12,
                                     1e30,
                                     1e300,
                                     1e308,
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity(),
                                     std::numeric_limits<double>::quiet_NaN()};
    if (below(4) > 0) return usual * (1 + 0.01 * static_cast<double>(below(10)));
    return odd[below(std::size(odd))];
  }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  std::mt19937 random_;
};

TEST(RunProjector, NothingThatItIsToldEndsIt) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    OddNumbers number(seed);
    ProjectorOptions options;
    if (seed % 3 == 0) options.prior = Prior{Joules{number(1e5)}, number(0.2)};
    if (seed % 5 == 0) options.early_stopping = EarlyStoppingRule{.max_epochs = 30, .patience = 3};
    auto projector = RunProjector::begin(options);
    if (!projector) continue;
    (void)projector->set_total_work(number(40));
    double t = number(5);
    for (int i = 0; i < 30; ++i) {
      const double end = t + number(10);
      auto movement = from_to(t, end, number(1000), number(20));
      if (number.below(6) == 0) movement.energy.reset();
      movement.work = number(1);
      (void)projector->move(movement);
      projector->add_metric(number(0.5));
      if (number.below(10) == 0) (void)projector->set_total_work(number(40));
      expect_finite(*projector);
      (void)projector->cost_at(number(30));
      (void)projector->work_at_budget(Joules{number(20'000)});
      if (std::isfinite(end)) t = end;
    }
  }
}

TEST(RunProjector, TheTwoMessagesThatEndedAMeasurement) {
  auto projector = *RunProjector::begin({});
  (void)projector.set_total_work(5e-324);
  auto movement = from_to(0, 2, 100);
  movement.work = 1e308;
  (void)projector.move(movement);
  expect_finite(projector);
}

TEST(History, OfARunWithImpossibleAmountsIsRefusedInALine) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double odd : {5e-324, 1e308, infinity, std::numeric_limits<double>::quiet_NaN(), -1.0, 0.0}) {
    auto run = testing::recorded_run({.epochs = 8});
    run.epochs[3].work = odd;
    EXPECT_FALSE(project_history(run)) << odd;
    run = testing::recorded_run({.epochs = 8});
    run.info.total_work = odd;
    EXPECT_FALSE(project_history(run)) << odd;
    EXPECT_FALSE(project_history(testing::recorded_run({.epochs = 8}), {.total_work = odd})) << odd;
  }
}

}  // namespace
}  // namespace joulecast::estimate
