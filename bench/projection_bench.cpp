// Cost of a live update: adding one unit and computing one projection, after a few units and after many.
#include <benchmark/benchmark.h>

#include "estimate/online/projector.hpp"

namespace {

using namespace joulecast;
using namespace joulecast::estimate;

void update_and_project(benchmark::State& state) {
  const auto before = static_cast<int>(state.range(0));
  auto projector = *Projector::begin({.total_work = 1e9});
  unsigned random = 1;
  const auto unit = [&] {
    random = random * 1664525u + 1013904223u;
    return WorkUnit{
        .work = 1, .duration = Seconds{60}, .energy = Joules{18'000 * (1 + (random >> 20) / 4e5)}};
  };
  for (int i = 0; i < before; ++i) (void)projector.add(unit());
  for (auto _ : state) {
    (void)projector.add(unit());
    benchmark::DoNotOptimize(projector.projection());
  }
}
BENCHMARK(update_and_project)->Arg(5)->Arg(100)->Arg(100'000);

void project_with_early_stopping(benchmark::State& state) {
  auto projector = *Projector::begin(
      {.total_work = 200, .early_stopping = EarlyStoppingRule{.max_epochs = 200, .patience = 20}});
  for (int i = 0; i < 10; ++i) {
    (void)projector.add({.work = 1, .duration = Seconds{60}, .energy = Joules{18'000}});
    projector.add_metric(0.1 * i);
  }
  for (auto _ : state) benchmark::DoNotOptimize(projector.projection());
}
BENCHMARK(project_with_early_stopping);

}  // namespace

BENCHMARK_MAIN();
