#include "stats/bootstrap.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "stats/distributions.hpp"
#include "stats/random.hpp"

namespace joulecast::stats {
namespace {

constexpr std::size_t most_blocks = 1000;

/// Calls work(i, buffer) for i in 0..n-1, in chunks over threads, each with a buffer of its own.
template <class Cell = double, class Work>
void spread(std::size_t n, unsigned threads, Work work) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  constexpr std::size_t chunk = 64;
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, n / chunk + 1));
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    std::vector<Cell> buffer;
    for (;;) {
      const auto begin = next.fetch_add(chunk);
      if (begin >= n) return;
      for (auto i = begin; i < std::min(n, begin + chunk); ++i) work(i, buffer);
    }
  };
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t) others.emplace_back(run);
  run();
}

double quiet_quantile(Sample sorted, double p) {
  return quantile_sorted(sorted, std::clamp(p, 0.0, 1.0));
}

Result<BootstrapInterval> finish(double estimate, std::vector<double> replicates,
                                 const std::vector<double>& left_out, double level) {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (!std::all_of(replicates.begin(), replicates.end(), finite) ||
      !std::all_of(left_out.begin(), left_out.end(), finite)) {
    return fail(ErrorKind::invalid, "bootstrap", "the statistic is not defined on some resamples");
  }
  std::sort(replicates.begin(), replicates.end());
  return bca_interval(estimate, replicates, left_out, level);
}

}  // namespace

double mean_of(std::span<double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median_of(std::span<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return values.size() % 2 == 1 ? *middle : std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

BootstrapInterval bca_interval(double estimate, Sample sorted_replicates, Sample left_out, double level) {
  BootstrapInterval result;
  result.estimate = estimate;
  const auto n = static_cast<double>(sorted_replicates.size());
  result.bias = mean(sorted_replicates) - estimate;
  result.standard_error = sample_sd(sorted_replicates);
  result.degenerate = sorted_replicates.front() == sorted_replicates.back();

  // Bias: the share of replicates below the estimate, equal ones counting half.
  const auto [first, last] = std::equal_range(sorted_replicates.begin(), sorted_replicates.end(), estimate);
  const double below =
      (static_cast<double>(first - sorted_replicates.begin()) + static_cast<double>(last - first) / 2) / n;
  const double tail = (1 - level) / 2;
  if (!(below > 0 && below < 1)) {
    result.bca = false;
    result.interval = {quiet_quantile(sorted_replicates, tail), quiet_quantile(sorted_replicates, 1 - tail)};
    return result;
  }
  const double shift = normal_quantile(below);
  double squares = 0;
  double cubes = 0;
  const double centre = mean(left_out);
  for (const double value : left_out) {
    const double d = centre - value;
    squares += d * d;
    cubes += d * d * d;
  }
  const double acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
  const auto adjusted = [&](double z) {
    return normal_cdf(shift + (shift + z) / (1 - acceleration * (shift + z)));
  };
  const double z = normal_quantile(1 - tail);
  result.interval = {quiet_quantile(sorted_replicates, adjusted(-z)),
                     quiet_quantile(sorted_replicates, adjusted(z))};
  return result;
}

Result<BootstrapInterval> bootstrap(Sample sample, const Statistic& statistic,
                                    const BootstrapOptions& options) {
  if (auto status = check_sample("bootstrap", sample, 2); !status) return propagate(status.error());
  if (options.resamples < 2) return fail(ErrorKind::invalid, "bootstrap", "needs at least two resamples");
  const auto n = sample.size();
  std::vector<double> copy(sample.begin(), sample.end());
  const double estimate = statistic(copy);
  if (!std::isfinite(estimate))
    return fail(ErrorKind::invalid, "bootstrap", "the statistic is not defined on the sample");

  std::vector<double> replicates(options.resamples);
  spread(options.resamples, options.threads, [&](std::size_t i, std::vector<double>& buffer) {
    buffer.resize(n);
    Random random(options.seed, i);
    for (double& value : buffer) value = sample[random.below(static_cast<std::uint32_t>(n))];
    replicates[i] = statistic(buffer);
  });
  const auto blocks = std::min(n, most_blocks);
  std::vector<double> left_out(blocks);
  spread(blocks, options.threads, [&](std::size_t block, std::vector<double>& buffer) {
    buffer.clear();
    for (std::size_t i = 0; i < n; ++i)
      if (i % blocks != block) buffer.push_back(sample[i]);
    left_out[block] = statistic(buffer);
  });
  return finish(estimate, std::move(replicates), left_out, options.level);
}

Result<BootstrapInterval> bootstrap_quantile(Sample sample, double p, const BootstrapOptions& options) {
  if (auto status = check_sample("bootstrap", sample, 2); !status) return propagate(status.error());
  if (options.resamples < 2 || !(p >= 0 && p <= 1)) {
    return fail(ErrorKind::invalid, "bootstrap",
                "needs at least two resamples and a quantile between 0 and 1");
  }
  const auto ordered = sorted(sample);
  const auto n = ordered.size();
  const double at = p * static_cast<double>(n - 1);
  const auto below = std::min(static_cast<std::size_t>(at), n - 1);
  const double share = at - static_cast<double>(below);
  std::vector<double> replicates(options.resamples);
  spread<std::uint32_t>(options.resamples, options.threads,
                        [&](std::size_t i, std::vector<std::uint32_t>& counts) {
                          counts.assign(n, 0);
                          Random random(options.seed, i);
                          for (std::size_t k = 0; k < n; ++k)
                            ++counts[random.below(static_cast<std::uint32_t>(n))];
                          std::size_t seen = counts[0];  // draws up to and including value v
                          std::size_t v = 0;
                          while (seen <= below) seen += counts[++v];
                          const double low = ordered[v];
                          if (share > 0)
                            while (seen <= below + 1) seen += counts[++v];
                          replicates[i] = std::lerp(low, ordered[v], share);
                        });
  // Leaving one value out moves the quantile by at most one place: it matters only on which side the value
  // lies.
  std::vector<double> left_out(n);
  std::vector<double> rest(ordered.begin() + 1, ordered.end());
  for (std::size_t i = 0; i < n; ++i) {
    left_out[i] = quantile_sorted(rest, p);
    if (i < rest.size()) rest[i] = ordered[i];
  }
  return finish(quantile_sorted(ordered, p), std::move(replicates), left_out, options.level);
}

Result<BootstrapInterval> bootstrap_clusters(Samples clusters, const Statistic& statistic,
                                             const BootstrapOptions& options) {
  if (clusters.size() < 2)
    return fail(ErrorKind::invalid, "bootstrap", "needs at least two clusters, has {}", clusters.size());
  for (const auto& cluster : clusters)
    if (auto status = check_sample("bootstrap", cluster, 1); !status) return propagate(status.error());
  if (options.resamples < 2) return fail(ErrorKind::invalid, "bootstrap", "needs at least two resamples");
  const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  std::vector<double> all;
  for (const auto& cluster : clusters) append(all, cluster);
  const double estimate = statistic(all);
  if (!std::isfinite(estimate))
    return fail(ErrorKind::invalid, "bootstrap", "the statistic is not defined on the sample");

  const auto k = clusters.size();
  std::vector<double> replicates(options.resamples);
  spread(options.resamples, options.threads, [&](std::size_t i, std::vector<double>& buffer) {
    buffer.clear();
    Random random(options.seed, i);
    for (std::size_t c = 0; c < k; ++c) append(buffer, clusters[random.below(static_cast<std::uint32_t>(k))]);
    replicates[i] = statistic(buffer);
  });
  std::vector<double> left_out(k);
  spread(k, options.threads, [&](std::size_t omitted, std::vector<double>& buffer) {
    buffer.clear();
    for (std::size_t c = 0; c < k; ++c)
      if (c != omitted) append(buffer, clusters[c]);
    left_out[omitted] = statistic(buffer);
  });
  return finish(estimate, std::move(replicates), left_out, options.level);
}

}  // namespace joulecast::stats
