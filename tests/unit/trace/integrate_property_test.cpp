// Properties that integration must have for every trace, tested on random ones: irregular times, gaps,
// counters, plateaus and offsets. The random generator is fixed, so that failures can be reproduced.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "trace/energy.hpp"
#include "trace/integrate.hpp"

namespace joulecast::trace {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(engine_); }
  std::size_t below(std::size_t n) { return engine_() % n; }

 private:
  std::mt19937 engine_;
};

Trace random_trace(Random& random, Behaviour behaviour) {
  Trace trace;
  trace.channel.name = "power";
  trace.channel.component = Component::node;
  trace.channel.behaviour = behaviour;
  trace.channel.quantity = behaviour == Behaviour::counter ? Quantity::energy : Quantity::power;
  const auto size = 2 + random.below(300);
  double time = random.uniform(-50, 50);
  double value = behaviour == Behaviour::counter ? 0 : random.uniform(0, 5000);
  for (std::size_t i = 0; i < size; ++i) {
    trace.times.push_back(time);
    trace.values.push_back(value);
    const double step = random.below(10) == 0 ? random.uniform(5, 60) : random.uniform(1e-3, 2);
    if (random.below(12) == 0) trace.gaps.push_back({Seconds{time}, Seconds{time + step}});
    time += step;
    value = behaviour == Behaviour::counter ? value + random.uniform(0, 500) : random.uniform(0, 5000);
  }
  if (!trace.gaps.empty() && trace.gaps.back().end.value() > trace.times.back()) trace.gaps.pop_back();
  return trace;
}

Span around(const Trace& trace, Random& random) {
  const auto whole = trace.span();
  return {whole.begin - Seconds{random.uniform(0, 20)}, whole.end + Seconds{random.uniform(0, 20)}};
}

std::vector<double> random_cuts(Span span, Random& random) {
  std::vector<double> cuts{span.begin.value(), span.end.value()};
  for (auto n = random.below(40); n > 0; --n)
    cuts.push_back(random.uniform(span.begin.value(), span.end.value()));
  std::ranges::sort(cuts);
  return cuts;
}

class Integration : public ::testing::TestWithParam<GapPolicy> {};

TEST_P(Integration, SplittingAnywherePreservesEnergyAndTimes) {
  Random random(1);
  for (int round = 0; round < 400; ++round) {
    const auto trace = random_trace(random, round % 2 == 0 ? Behaviour::gauge : Behaviour::counter);
    const auto span = around(trace, random);
    IntegrationOptions options;
    options.gaps = GetParam();
    if (round % 3 == 0) options.longest_step = Seconds{10};
    const auto whole = integrate(trace, span, options);
    ASSERT_TRUE(whole);
    SpanEnergy sum;
    const auto cuts = random_cuts(span, random);
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const auto part = integrate(trace, {Seconds{cuts[i - 1]}, Seconds{cuts[i]}}, options);
      ASSERT_TRUE(part);
      sum.energy += part->energy;
      sum.covered += part->covered;
      sum.gap += part->gap;
      sum.outside += part->outside;
    }
    EXPECT_NEAR(sum.energy.value(), whole->energy.value(), 1e-12 * std::max(1.0, whole->energy.value()))
        << round;
    const double tolerance = 1e-10 * std::max(1.0, span.length().value());
    EXPECT_NEAR(sum.covered.value(), whole->covered.value(), tolerance) << round;
    EXPECT_NEAR(sum.gap.value(), whole->gap.value(), tolerance) << round;
    EXPECT_NEAR(sum.outside.value(), whole->outside.value(), tolerance) << round;
    EXPECT_NEAR((whole->covered + whole->gap + whole->outside).value(), span.length().value(), tolerance)
        << round;
  }
}

TEST_P(Integration, AReadingOnTheLineBetweenItsNeighboursChangesNothing) {
  Random random(2);
  for (int round = 0; round < 200; ++round) {
    auto trace = random_trace(random, Behaviour::gauge);
    const auto span = around(trace, random);
    const IntegrationOptions options{.gaps = GetParam()};
    const auto before = integrate(trace, span, options);
    const auto at = 1 + random.below(trace.size() - 1);
    const double time = std::midpoint(trace.times[at - 1], trace.times[at]);
    const bool in_gap =
        std::ranges::any_of(trace.gaps, [&](const auto& gap) { return gap.contains(Seconds{time}); });
    if (in_gap) continue;
    const double value = *value_at(trace, Seconds{time});
    trace.times.insert(trace.times.begin() + static_cast<std::ptrdiff_t>(at), time);
    trace.values.insert(trace.values.begin() + static_cast<std::ptrdiff_t>(at), value);
    const auto after = integrate(trace, span, options);
    EXPECT_NEAR(after->energy.value(), before->energy.value(), 1e-12 * std::max(1.0, before->energy.value()));
  }
}

INSTANTIATE_TEST_SUITE_P(Gaps, Integration,
                         ::testing::Values(GapPolicy::exclude, GapPolicy::hold, GapPolicy::interpolate));

TEST(Integration, ACounterAndThePowerItCountsAgree) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    auto power = random_trace(random, Behaviour::gauge);
    power.gaps.clear();
    Trace counter = power;
    counter.channel.behaviour = Behaviour::counter;
    counter.channel.quantity = Quantity::energy;
    double total = 0;
    for (std::size_t i = 0; i < power.size(); ++i) {
      if (i > 0)
        total += 0.5 * (power.values[i] + power.values[i - 1]) * (power.times[i] - power.times[i - 1]);
      counter.values[i] = total;
    }
    const auto span = power.span();
    EXPECT_NEAR(integrate(power, span)->energy.value(), total, 1e-12 * std::max(1.0, total));
    EXPECT_NEAR(integrate(counter, span)->energy.value(), total, 1e-12 * std::max(1.0, total));
  }
}

TEST(Integration, ResamplingPreservesTheEnergyBetweenItsTimes) {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    auto trace = random_trace(random, round % 2 == 0 ? Behaviour::gauge : Behaviour::counter);
    if (round % 4 < 2) trace.gaps.clear();
    const auto whole = trace.span();
    auto times = random_cuts(whole, random);
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const auto resampled = accumulate(trace, times);
    ASSERT_TRUE(resampled) << to_string(resampled.error());
    ASSERT_TRUE(check(*resampled));
    const double energy = integrate(trace, whole)->energy.value();
    const double tolerance = 1e-12 * std::max(1.0, energy);
    EXPECT_NEAR(resampled->values.back() - resampled->values.front(), energy, tolerance) << round;
    for (std::size_t i = 1; i < times.size(); ++i) {
      const Span part{Seconds{times[i - 1]}, Seconds{times[i]}};
      const double expected = integrate(trace, part)->energy.value();
      EXPECT_NEAR(resampled->values[i] - resampled->values[i - 1], expected, tolerance) << round;
      // Where a gap was filled, the difference of the result is an estimate, and integrating makes another
      // one.
      if (trace.gaps.empty()) {
        EXPECT_NEAR(integrate(*resampled, part)->energy.value(), expected, tolerance) << round;
      }
    }
  }
}

TEST(Integration, NodesWithTheirOwnClocksAndRatesAddUp) {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    trace::Run run;
    double expected = 0;
    double first = -1e9;
    double last = 1e9;
    for (int node = 0; node < 5; ++node) {
      auto trace = random_trace(random, Behaviour::gauge);
      trace.gaps.clear();
      trace.channel.node = fmt::format("node{}", node);
      trace.channel.name = trace.channel.node + "/power";
      const double stretch = 300 / trace.span().length().value();
      for (auto& time : trace.times) time *= stretch;
      first = std::max(first, trace.times.front());
      last = std::min(last, trace.times.back());
      run.traces.push_back(std::move(trace));
    }
    if (last - first < 10) continue;
    run.span = {Seconds{first}, Seconds{last}};
    for (const auto& trace : run.traces) expected += integrate(trace, run.span)->energy.value();
    EXPECT_NEAR(energy_of(run).total->value(), expected, 1e-12 * expected);
    const auto total = total_energy(run);
    ASSERT_TRUE(total) << to_string(total.error());
    EXPECT_NEAR(integrate(*total, run.span)->energy.value(), expected, 1e-12 * expected) << round;
    const auto power = total_power(run);
    ASSERT_TRUE(power) << to_string(power.error());
    for (std::size_t i = 1; i < power->size(); ++i) {
      // Each power is the mean of the step that ends there.
      const Span step{Seconds{power->times[i - 1]}, Seconds{power->times[i]}};
      double sum = 0;
      for (const auto& trace : run.traces) sum += integrate(trace, step)->energy.value();
      EXPECT_NEAR(power->values[i] * step.length().value(), sum, 1e-9 * expected) << round;
    }
  }
}

}  // namespace
}  // namespace joulecast::trace
