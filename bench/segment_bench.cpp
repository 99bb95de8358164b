// How fast series are segmented (Google Benchmark). pairs/s counts the n^2/2 window pairs of a self-join, as
// is usual for SCAMP and stumpy. bench/matrix_profile_vs_peers.py compares with them and prints the ratios.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "stability/arc_curve.hpp"
#include "stability/detector.hpp"
#include "stability/floss.hpp"
#include "stability/level_changes.hpp"
#include "stability/matrix_profile.hpp"
#include "stability/period.hpp"
#include "stability/power_epochs.hpp"

namespace {

using namespace joulecast::stability;

// A training's power: a ramp, then epochs of training and validation, with the meter's noise.
std::vector<double> power_trace(std::size_t n) {
  std::mt19937_64 generator{1};
  std::normal_distribution<double> normal{0, 2};
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = std::min(300.0, 3.0 * static_cast<double>(i)) - (i % 43 < 10 ? 100 : 0) + normal(generator);
  return x;
}

std::vector<double> random_walk(std::size_t n) {
  std::mt19937_64 generator{2};
  std::normal_distribution<double> normal;
  std::vector<double> x(n);
  double sum = 0;
  for (auto& value : x) value = sum += normal(generator);
  return x;
}

void count_pairs(benchmark::State& state, std::size_t n) {
  const double pairs = static_cast<double>(n) * static_cast<double>(n) / 2;
  state.counters["pairs"] =
      benchmark::Counter(pairs * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void matrix_profile_of(benchmark::State& state, const std::vector<double>& x) {
  MatrixProfileOptions options;
  options.threads = static_cast<unsigned>(state.range(1));
  options.instructions = static_cast<InstructionSet>(state.range(2));
  if (!supported(options.instructions)) {
    state.SkipWithError("this machine does not have the instruction set");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(matrix_profile(x, options));
  count_pairs(state, x.size());
}

void matrix_profile_walk(benchmark::State& state) {
  matrix_profile_of(state, random_walk(static_cast<std::size_t>(state.range(0))));
}
void matrix_profile_power(benchmark::State& state) {
  matrix_profile_of(state, power_trace(static_cast<std::size_t>(state.range(0))));
}
// Arguments: n, threads, instruction set (0 = the best, 1 = portable, 2 = AVX2, 3 = AVX-512).
BENCHMARK(matrix_profile_walk)
    ->Args({65536, 1, 0})
    ->Args({65536, 2, 0})
    ->Args({65536, 1, 1})
    ->Args({65536, 1, 2})
    ->Args({65536, 1, 3})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(matrix_profile_power)
    ->Args({65536, 1, 0})
    ->Args({65536, 2, 0})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// The definition as two loops and an inner product: the baseline for everything above.
void brute_force(benchmark::State& state) {
  const auto x = random_walk(static_cast<std::size_t>(state.range(0)));
  constexpr std::size_t m = 10;
  const std::size_t k = x.size() - m + 1;
  std::vector<double> z(k * m);
  for (std::size_t i = 0; i < k; ++i) {
    double mean = 0, squares = 0;
    for (std::size_t t = 0; t < m; ++t) mean += x[i + t] / m;
    for (std::size_t t = 0; t < m; ++t) squares += (x[i + t] - mean) * (x[i + t] - mean);
    for (std::size_t t = 0; t < m; ++t) z[i * m + t] = (x[i + t] - mean) / std::sqrt(squares);
  }
  std::vector<double> best(k);
  std::vector<std::size_t> index(k);
  for (auto _ : state) {
    std::fill(best.begin(), best.end(), -2.0);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = i + 4; j < k; ++j) {
        double dot = 0;
        for (std::size_t t = 0; t < m; ++t) dot += z[i * m + t] * z[j * m + t];
        if (dot > best[i]) best[i] = dot, index[i] = j;
        if (dot > best[j]) best[j] = dot, index[j] = i;
      }
    }
    benchmark::DoNotOptimize(best.data());
    benchmark::DoNotOptimize(index.data());
  }
  count_pairs(state, x.size());
}
BENCHMARK(brute_force)->Arg(8192)->Unit(benchmark::kMillisecond);

void fluss_from_indices(benchmark::State& state) {
  const auto profile = matrix_profile(power_trace(static_cast<std::size_t>(state.range(0))), {});
  for (auto _ : state)
    benchmark::DoNotOptimize(regime_changes(corrected_arc_curve(profile->index, 30), 2, 30));
}
BENCHMARK(fluss_from_indices)->Arg(65536)->Unit(benchmark::kMicrosecond);

// Adds one sample to a full buffer and computes the change that the arcs then show.
void floss_sample(benchmark::State& state) {
  FlossOptions options;
  options.buffer = static_cast<std::size_t>(state.range(0));
  auto stream = Floss::make(options);
  const auto x = power_trace(4 * options.buffer);
  for (std::size_t i = 0; i < options.buffer; ++i) (void)stream->push(x[i]);
  std::size_t next = options.buffer;
  for (auto _ : state) {
    (void)stream->push(x[next]);
    benchmark::DoNotOptimize(stream->change());
    next = next + 1 == x.size() ? 0 : next + 1;
  }
}
BENCHMARK(floss_sample)->Arg(1024)->Arg(4096)->Unit(benchmark::kMicrosecond);

void tracker_sample(benchmark::State& state) {
  LevelChanges tracker;
  const auto x = power_trace(1 << 16);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(tracker.push(x[next]));
    next = (next + 1) % x.size();
  }
}
BENCHMARK(tracker_sample)->Unit(benchmark::kNanosecond);

void detector(benchmark::State& state) {
  const auto& method = *all_detectors()[static_cast<std::size_t>(state.range(0))];
  state.SetLabel(std::string{method.name});
  const auto x = power_trace(4096);
  for (auto _ : state) benchmark::DoNotOptimize(method.find(x, {}));
}
BENCHMARK(detector)->DenseRange(0, 7)->Unit(benchmark::kMicrosecond);

void epochs_in_power(benchmark::State& state) {
  const auto x = power_trace(4096);
  for (auto _ : state) benchmark::DoNotOptimize(epochs_from_power(x));
}
BENCHMARK(epochs_in_power)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
