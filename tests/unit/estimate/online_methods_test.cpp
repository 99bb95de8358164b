// Tests STEP, first epoch and the baselines against sums by hand, and the inputs that every method refuses.
#include <gtest/gtest.h>

#include <limits>

#include "estimate/online/methods.hpp"

namespace joulecast::estimate {
namespace {

WorkUnit unit(double energy, double seconds = 10, double work = 1) {
  return {.work = work, .duration = Seconds{seconds}, .energy = Joules{energy}};
}

std::optional<OnlineEstimate> after(const OnlineMethod& method, const Plan& plan,
                                    const std::vector<WorkUnit>& units) {
  const auto estimator = method.begin(plan);
  if (!estimator) return std::nullopt;
  for (const auto& u : units) EXPECT_TRUE(estimator->observe(u));
  return estimator->estimate();
}

double total(const std::optional<OnlineEstimate>& e) {
  return e ? e->total.value.value() : std::numeric_limits<double>::quiet_NaN();
}

TEST(OnlineMethods, HaveTheNamesThatEvaluationsUse) {
  for (const auto* name :
       {"first-epoch", "step-power", "step-energy", "adaptive", "green-algorithms", "mlco2"}) {
    ASSERT_NE(find_online_method(name), nullptr) << name;
    EXPECT_EQ(find_online_method(name)->name, name);
  }
  EXPECT_EQ(find_online_method("guess"), nullptr);
  EXPECT_TRUE(find_online_method("step-power")->told_duration);
  EXPECT_FALSE(find_online_method("adaptive")->told_duration);
}

TEST(FirstEpoch, CountsEpochsWhereTheyAreKnownElseGoesByWork) {
  EXPECT_DOUBLE_EQ(
      total(after(first_epoch_method, {.total_work = 8, .units = 5}, {unit(100, 10, 4), unit(30)})), 500);
  EXPECT_DOUBLE_EQ(total(after(first_epoch_method, {.total_work = 8}, {unit(100, 10, 4), unit(30)})), 200);
  EXPECT_FALSE(after(first_epoch_method, {.total_work = 8}, {}));
  EXPECT_EQ(first_epoch_method.begin({}), nullptr);
}

// E[0,s) + window: units of 100, 200, 300, 400 J; s = 1, w = 2 -> window 200 + 300 J.
TEST(StepEnergy, AddsTheUnitsBeforeAndExtrapolatesTheWindow) {
  Plan plan{.total_work = 10, .stabilising_unit = 1, .window = 2};
  const std::vector<WorkUnit> units{unit(100), unit(200), unit(300), unit(400)};
  EXPECT_FALSE(after(step_energy_method, plan, {units[0], units[1]}));
  EXPECT_DOUBLE_EQ(total(after(step_energy_method, plan, units)), 100 + 250.0 * 9);
  // By work: the window did 3 of the 10 units of work.
  const std::vector<WorkUnit> uneven{unit(100), unit(200, 10, 2), unit(300)};
  EXPECT_DOUBLE_EQ(total(after(step_energy_method, plan, uneven)), 100 + 500.0 / 3 * 9);
}

TEST(StepPower, MultipliesTheWindowsPowerByTheTrueRest) {
  Plan plan{.duration = Seconds{200}, .stabilising_unit = 1, .window = 2};
  // window: 500 J in 25 s = 20 W; rest of the time 200 - 10 s
  EXPECT_DOUBLE_EQ(total(after(step_power_method, plan, {unit(100, 10), unit(200, 10), unit(300, 15)})),
                   100 + 20 * 190);
  EXPECT_EQ(step_power_method.begin({.total_work = 3}), nullptr);
}

TEST(Step, StabilisingUnitCanBeFound) {
  Plan plan{.total_work = 50, .stabilising_unit = detect_stabilising, .window = 3};
  // Two start-up units, then steady from unit 2 on.
  const std::vector<WorkUnit> units{unit(500), unit(300), unit(200), unit(200), unit(200), unit(200)};
  EXPECT_DOUBLE_EQ(total(after(step_energy_method, plan, units)), 800 + 200 * 48.0);
}

TEST(Step, RefusesAWindowOfNothingAndAnUnmeasuredUnit) {
  EXPECT_EQ(step_energy_method.begin({.total_work = 5, .window = 0}), nullptr);
  EXPECT_EQ(step_energy_method.begin({.total_work = 5, .stabilising_unit = -7}), nullptr);
  Plan plan{.total_work = 10, .stabilising_unit = 1, .window = 2};
  EXPECT_FALSE(after(step_energy_method, plan,
                     {unit(100), {.work = 1, .duration = Seconds{10}}, unit(300), unit(400), unit(400)}));
}

TEST(Baselines, FollowTheirFormulas) {
  Plan plan{.duration = Seconds{1000}, .maximum_power = Watts{350}};
  EXPECT_DOUBLE_EQ(total(after(mlco2_method, plan, {})), 350e3);
  auto a = unit(1, 10);
  a.utilisation = 0.2;
  a.memory_mb = 16'000;
  auto b = unit(1, 30);
  b.utilisation = 0.6;
  b.memory_mb = 16'000;
  // mean utilisation by time (0.2 x 10 + 0.6 x 30) / 40 = 0.5; memory 6 W
  EXPECT_DOUBLE_EQ(total(after(green_algorithms_method, plan, {a, b})), (350 * 0.5 + 6) * 1000);
  EXPECT_FALSE(after(green_algorithms_method, plan, {unit(1)}));  // no utilisation, no estimate
  EXPECT_EQ(mlco2_method.begin({.duration = Seconds{1000}}), nullptr);
  EXPECT_EQ(green_algorithms_method.begin({.maximum_power = Watts{350}}), nullptr);
}

TEST(OnlineMethods, RefuseImpossibleUnits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Plan plan{.total_work = 10, .units = 10, .duration = Seconds{100}, .maximum_power = Watts{100}};
  for (const auto* method : online_methods()) {
    const auto estimator = method->begin(plan);
    ASSERT_NE(estimator, nullptr) << method->name;
    for (const auto& bad : {unit(1, 10, 0), unit(1, 10, -1), unit(1, 0), unit(1, -5), unit(-1), unit(nan),
                            unit(1, nan), unit(1, 10, nan)}) {
      const auto status = estimator->observe(bad);
      ASSERT_FALSE(status) << method->name;
      EXPECT_EQ(status.error().kind, ErrorKind::invalid);
    }
  }
}

}  // namespace
}  // namespace joulecast::estimate
