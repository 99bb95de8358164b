#include "estimate/offline/observation.hpp"

#include <cmath>
#include <map>
#include <string>

namespace joulecast::estimate {
namespace {

/// Welford's running mean and sum of squared deviations of logarithms.
struct LogMoments {
  int n = 0;
  double mean = 0, squares = 0;
  void add(const std::optional<double>& value) {
    if (!value) return;
    const double x = std::log(*value);
    const double step = x - mean;
    mean += step / ++n;
    squares += step * (x - mean);
  }
};

struct Repeats {
  const Sample* first = nullptr;
  int rows = 0;
  LogMoments time, power;
};

std::vector<Repeats> repeats_of(std::span<const Sample> samples) {
  std::map<std::string, std::size_t> index;
  std::vector<Repeats> all;
  for (const auto& sample : samples) {
    const auto [at, fresh] = index.emplace(sample.source + "\n" + sample.configuration, all.size());
    if (fresh) all.push_back({&sample, 0, {}, {}});
    auto& repeats = all[at->second];
    ++repeats.rows;
    repeats.time.add(sample.measured.epoch_time_s);
    repeats.power.add(sample.measured.power_w);
  }
  return all;
}

}  // namespace

std::vector<Observation> observations_of(std::span<const Sample> samples) {
  std::vector<Observation> result;
  for (const auto& repeats : repeats_of(samples)) {
    Observation observation{repeats.first, {}, {}, repeats.rows};
    if (repeats.time.n > 0) observation.log_time = repeats.time.mean;
    if (repeats.power.n > 0) observation.log_power = repeats.power.mean;
    if (observation.log_time || observation.log_power) result.push_back(observation);
  }
  return result;
}

RepeatNoise repeat_noise(std::span<const Sample> samples) {
  constexpr int least_freedom = 10;
  const auto all = repeats_of(samples);
  const auto pooled = [&](LogMoments Repeats::*moments) -> std::optional<double> {
    double squares = 0;
    int freedom = 0;
    for (const auto& repeats : all)
      squares += (repeats.*moments).squares, freedom += std::max((repeats.*moments).n - 1, 0);
    if (freedom < least_freedom) return std::nullopt;
    return std::sqrt(squares / freedom);
  };
  return {pooled(&Repeats::time), pooled(&Repeats::power)};
}

}  // namespace joulecast::estimate
