#include <algorithm>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "estimate/offline/model_file.hpp"

namespace joulecast::estimate {
namespace {

std::vector<TrainingRange> ranges_of(std::span<const Sample> samples) {
  std::vector<TrainingRange> ranges;
  for (const auto& sample : samples)
    for (const auto& feature : range_features(sample)) {
      if (!feature.second) continue;
      auto range = std::find_if(ranges.begin(), ranges.end(),
                                [&](const auto& r) { return r.feature == feature.first; });
      if (range == ranges.end())
        range = ranges.insert(ranges.end(), {feature.first, *feature.second, *feature.second});
      range->low = std::min(range->low, *feature.second);
      range->high = std::max(range->high, *feature.second);
    }
  return ranges;
}

/// Cells of a search space are one group: a thousand names tell a reader nothing.
std::string family_of(const Sample& sample) {
  return sample.architecture.starts_with("cell") ? "cell" : sample.architecture;
}

void add_scores(const OfflineEvaluation& evaluation, ModelFile& model) {
  for (const auto& score : evaluation.methods)
    model.scores.push_back({evaluation.split, score.name, std::string(name_of(score.target)),
                            score.scores.median_ape, score.scores.mean_ape, score.scores.coverage});
}

}  // namespace

std::vector<MeasuredGroup> measured_groups(std::span<const Sample> samples) {
  std::map<std::string, MeasuredGroup> groups;
  std::set<std::string> counted;
  for (const auto& sample : samples) {
    auto& group = groups[sample.host() + "\n" + sample.dataset + "\n" + family_of(sample)];
    if (group.configurations == 0)
      group = {sample.source,         sample.framework, sample.dataset,
               family_of(sample),     sample.gpu.name,  0,
               sample.batch,          sample.batch,     sample.gmacs.value_or(0.0),
               sample.gpu.fp32_tflops};
    if (counted.insert(sample.source + "\n" + sample.configuration).second) ++group.configurations;
    group.batch_low = std::min(group.batch_low, sample.batch);
    group.batch_high = std::max(group.batch_high, sample.batch);
  }
  std::vector<MeasuredGroup> result;
  result.reserve(groups.size());
  for (auto& [key, group] : groups) result.push_back(std::move(group));
  return result;
}

std::vector<std::pair<std::string, std::optional<double>>> range_features(const Sample& sample) {
  return {{"batch_size", sample.batch},
          {"gmacs", sample.gmacs},
          {"parameters", sample.parameters},
          {"gpu_fp32_tflops", sample.gpu.fp32_tflops},
          {"gpu_bandwidth_gb_s", sample.gpu.bandwidth_gb_s},
          {"power_limit_w", sample.limit_w}};
}

Result<ModelFile> fit_models(std::span<const Sample> samples, const FitRequest& request) {
  ModelFile model;
  model.created = request.created;
  model.rows = samples.size();
  model.sources = request.sources;
  model.ranges = ranges_of(samples);
  model.measured = measured_groups(samples);
  OfflineEvaluationOptions options;
  options.fit = request.fit;
  options.threads = request.threads;
  options.methods = {"physics"};
  std::array<std::vector<Miss>, 3> misses;
  for (const auto split :
       {Split::random, Split::configuration, Split::pair, Split::architecture, Split::gpu, Split::source}) {
    HeldOutMisses held_out;
    const auto scored = evaluate_offline(samples, split, options, &held_out);
    if (!scored) continue;  // too few groups for that split: no calibration of that novelty
    add_scores(*scored, model);
    for (const auto target : all_targets) {
      auto& own = held_out[static_cast<std::size_t>(target)];
      auto& all = misses[static_cast<std::size_t>(target)];
      all.insert(all.end(), own.begin(), own.end());
    }
  }
  // Each method on a thread of its own; kept in the methods' order.
  std::vector<std::future<Result<std::unique_ptr<OfflineModel>>>> fits;
  const auto policy = request.threads == 1 ? std::launch::deferred : std::launch::async;
  for (const auto* method : offline_methods())
    fits.push_back(
        std::async(policy, [method, samples, &request] { return method->fit(samples, request.fit); }));
  for (std::size_t i = 0; i < fits.size(); ++i) {
    auto fitted = fits[i].get();
    if (!fitted) return propagate(fitted.error());
    if ((*fitted)->to_json().is_null()) continue;
    FittedMethod entry{offline_methods()[i], std::move(*fitted), {}};
    if (entry.method->name == "physics")
      for (std::size_t target = 0; target < misses.size(); ++target)
        entry.calibration[target] = IntervalFactors(misses[target]);
    model.methods.push_back(std::move(entry));
  }
  return model;
}

}  // namespace joulecast::estimate
