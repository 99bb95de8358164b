// How long the statistics take: stats_bench prints one line per figure with its target. The best of five
// repetitions counts. Results are used, so that the compiler cannot remove the work.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "stats/bootstrap.hpp"
#include "stats/comparison.hpp"
#include "stats/random.hpp"
#include "tradeoff/pareto.hpp"

namespace {

using namespace joulecast;

template <class Work>
double best_seconds(Work work, int repetitions = 5) {
  double best = 1e9;
  for (int i = 0; i < repetitions; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

std::vector<double> sample(std::size_t n, double scale, std::uint64_t seed) {
  stats::Random random(seed);
  std::vector<double> values(n);
  for (double& value : values) value = scale - std::log1p(-random.uniform());
  return values;
}

}  // namespace

int main() {
  double used = 0;
  const auto ten_thousand = sample(10'000, 1, 1);
  const stats::BootstrapOptions two_threads{.threads = 2};
  const auto report = [](const char* what, double seconds) {
    fmt::print(
        "bootstrap of the {}, 10^4 resamples of 10^4 values, two threads: {:.3f} s (target below 1 s)\n",
        what, seconds);
  };
  report("mean", best_seconds([&] {
           used += stats::bootstrap(ten_thousand, stats::mean_of, two_threads)->interval.low;
         }));
  report("median", best_seconds([&] {
           used += stats::bootstrap_quantile(ten_thousand, 0.5, two_threads)->interval.low;
         }));
  std::vector<stats::LabelledGroup> groups;
  for (std::uint64_t g = 0; g < 5; ++g)
    groups.push_back({fmt::format("g{}", g), sample(200'000, 1 + 0.001 * static_cast<double>(g), g)});
  const double compare = best_seconds([&] { used += stats::compare_groups(groups)->test.statistic; }, 3);
  fmt::print(
      "comparing 10^6 values in 5 groups, without reading them: {:.3f} s (target with reading: below 2 s)\n",
      compare);
  for (const std::size_t n : {10'000U, 100'000U, 1'000'000U}) {
    stats::Random random(n);
    std::vector<tradeoff::Point> points(n);
    for (auto& point : points) point = {random.uniform(), random.uniform()};
    const double seconds =
        best_seconds([&] { used += static_cast<double>(tradeoff::pareto_front(points).size()); });
    fmt::print("Pareto front of {} points: {:.2f} ms, {:.2f} ns per n log2 n\n", n, 1e3 * seconds,
               1e9 * seconds / (static_cast<double>(n) * std::log2(static_cast<double>(n))));
  }
  return std::isfinite(used) ? 0 : 1;
}
