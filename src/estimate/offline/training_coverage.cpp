#include "estimate/offline/training_coverage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace joulecast::estimate {
namespace {

using Feature = std::pair<std::string_view, std::optional<double>>;

std::array<Feature, 6> features_of(const Sample& sample) {
  return {{{"batch_size", sample.batch()},
           {"gmacs", sample.training.gflops_forward_per_sample},
           {"parameters", sample.training.params},
           {"gpu_fp32_tflops", sample.gpu.fp32_tflops},
           {"gpu_bandwidth_gb_s", sample.gpu.bandwidth_gb_s},
           {"power_limit_w", sample.limit_w()}}};
}

/// The cells of a search space form one group, because a list of a thousand names would not help the reader.
std::string group_architecture(const Sample& sample) {
  const auto& architecture = sample.training.architecture;
  return architecture.starts_with("cell") ? "cell" : architecture;
}

/// 0 = alike. A different GPU or architecture counts as much as a factor of 1.6 in a rate.
double distance(const MeasuredGroup& group, const Sample& sample) {
  constexpr double unknown = 2.0;  // counts as much as a factor of seven
  constexpr double other_name = 0.5, batch_weight = 0.5;
  const auto log_ratio = [](double a, double b) {
    return a > 0 && b > 0 ? std::abs(std::log(a / b)) : unknown;
  };
  const double batch = std::clamp(sample.batch(), group.batch_low, group.batch_high);
  return log_ratio(group.gmacs, sample.training.gflops_forward_per_sample.value_or(0)) +
         log_ratio(group.fp32_tflops, sample.gpu.fp32_tflops) +
         batch_weight * log_ratio(batch, sample.batch()) + (group.gpu == sample.gpu.name ? 0 : other_name) +
         (group.architecture == sample.training.architecture ? 0 : other_name);
}

}  // namespace

std::vector<MeasuredGroup> measured_groups(std::span<const Sample> samples) {
  std::map<std::string, MeasuredGroup> groups;
  std::set<std::string> counted;
  for (const auto& sample : samples) {
    const auto& training = sample.training;
    const auto architecture = group_architecture(sample);
    auto& group = groups[sample.host() + "\n" + training.dataset + "\n" + architecture];
    if (group.configurations == 0)
      group = {sample.source,
               training.framework,
               training.dataset,
               architecture,
               sample.gpu.name,
               0,
               sample.batch(),
               sample.batch(),
               training.gflops_forward_per_sample.value_or(0.0),
               sample.gpu.fp32_tflops,
               !sample.measured.step_time_s};
    if (counted.insert(sample.source + "\n" + sample.configuration).second) ++group.configurations;
    group.batch_low = std::min(group.batch_low, sample.batch());
    group.batch_high = std::max(group.batch_high, sample.batch());
  }
  std::vector<MeasuredGroup> result;
  result.reserve(groups.size());
  for (auto& [key, group] : groups) result.push_back(std::move(group));
  return result;
}

std::vector<MeasuredGroup> nearest_groups(std::span<const MeasuredGroup> groups, const Sample& sample,
                                          std::size_t most) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < groups.size(); ++i) order.emplace_back(distance(groups[i], sample), i);
  std::sort(order.begin(), order.end());
  order.resize(std::min(order.size(), most));
  std::vector<MeasuredGroup> result;
  for (const auto& [far, i] : order) result.push_back(groups[i]);
  return result;
}

std::vector<TrainingRange> training_ranges(std::span<const Sample> samples) {
  std::vector<TrainingRange> ranges;
  for (const auto& sample : samples)
    for (const auto& [feature, value] : features_of(sample)) {
      if (!value) continue;
      auto range = std::ranges::find(ranges, feature, &TrainingRange::feature);
      if (range == ranges.end()) range = ranges.insert(ranges.end(), {std::string(feature), *value, *value});
      range->low = std::min(range->low, *value);
      range->high = std::max(range->high, *value);
    }
  return ranges;
}

std::vector<OutsideRange> outside_ranges(std::span<const TrainingRange> ranges, const Sample& sample) {
  // allows for rounding of ranges in a model file and of parameter counts
  constexpr double rounding = 1e-3;
  std::vector<OutsideRange> outside;
  for (const auto& [feature, value] : features_of(sample))
    for (const auto& range : ranges)
      if (range.feature == feature && value &&
          (*value < range.low * (1 - rounding) || *value > range.high * (1 + rounding)))
        outside.push_back({range, *value});
  return outside;
}

}  // namespace joulecast::estimate
