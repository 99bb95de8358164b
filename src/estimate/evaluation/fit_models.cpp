#include "estimate/evaluation/fit_models.hpp"

#include <array>
#include <future>
#include <nlohmann/json.hpp>

#include "estimate/evaluation/evaluate_offline.hpp"

namespace joulecast::estimate {
namespace {

void add_scores(const OfflineEvaluation& evaluation, ModelFile& model) {
  for (const auto& score : evaluation.methods)
    model.scores.push_back({evaluation.split, score.name, std::string(name_of(score.target)),
                            score.scores.median_ape, score.scores.mean_ape, score.scores.coverage});
}

/// Scores the physics on held-out rows of every split and returns how far each row was off.
HeldOutMisses cross_validated(std::span<const Sample> samples, const ModelFitOptions& options,
                              ModelFile& model) {
  OfflineEvaluationOptions evaluation;
  evaluation.fit = options.fit;
  evaluation.threads = options.threads;
  evaluation.methods = {"physics"};
  HeldOutMisses misses;
  for (const auto split :
       {Split::random, Split::configuration, Split::pair, Split::architecture, Split::gpu, Split::source}) {
    HeldOutMisses held_out;
    const auto scored = evaluate_offline(samples, split, evaluation, &held_out);
    if (!scored) continue;  // too few groups for this split: its novelty is not calibrated
    add_scores(*scored, model);
    for (std::size_t target = 0; target < misses.size(); ++target)
      misses[target].insert(misses[target].end(), held_out[target].begin(), held_out[target].end());
  }
  return misses;
}

/// Fits each method on its own thread and keeps the methods' order. Methods that learn nothing are left out.
Result<std::vector<FittedMethod>> fitted_methods(std::span<const Sample> samples,
                                                 const ModelFitOptions& options) {
  std::vector<std::future<Result<std::unique_ptr<OfflineModel>>>> fits;
  const auto policy = options.threads == 1 ? std::launch::deferred : std::launch::async;
  for (const auto* method : offline_methods())
    fits.push_back(
        std::async(policy, [method, samples, &options] { return method->fit(samples, options.fit); }));
  std::vector<FittedMethod> methods;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    auto fitted = fits[i].get();
    if (!fitted) return propagate(fitted.error());
    if (!(*fitted)->to_json().is_null()) methods.push_back({offline_methods()[i], std::move(*fitted), {}});
  }
  return methods;
}

}  // namespace

Result<ModelFile> fit_models(std::span<const Sample> samples, const ModelFitOptions& options) {
  ModelFile model;
  model.created = options.created;
  model.rows = samples.size();
  model.sources = options.sources;
  model.ranges = training_ranges(samples);
  model.measured = measured_groups(samples);
  const auto misses = cross_validated(samples, options, model);
  auto methods = fitted_methods(samples, options);
  if (!methods) return propagate(methods.error());
  model.methods = std::move(*methods);
  for (auto& entry : model.methods)
    if (entry.method->name == "physics")
      for (std::size_t target = 0; target < misses.size(); ++target)
        entry.calibration[target] = IntervalFactors(misses[target]);
  return model;
}

}  // namespace joulecast::estimate
