#include "session/forecast/predict_training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "session/forecast/training_predictor.hpp"

namespace joulecast::session {
namespace {

double cost_of(const Prediction& prediction) {
  for (const auto* figure : {&prediction.total_energy_j, &prediction.epoch_energy_j, &prediction.power_w})
    if (*figure) return (*figure)->value;
  return 0;
}

/// A batch is over all GPUs, and each takes a sample at least.
Status check_batches(const PredictionRequest& request) {
  const auto& step = request.step;
  const int group = step.tensor_parallel * step.pipeline_parallel;
  const int copies = request.training.gpu_count.value_or(1) / group;
  for (const int batch : request.batches) {
    if (batch < copies)
      return fail_field("batch", "{} is over all GPUs, and too small for {}: each{} takes a sample at least",
                        batch, copies, group > 1 ? " group that shares a model" : "");
    if (batch < static_cast<long>(copies) * step.accumulate)
      return fail_field("accumulate", "{} parts of a batch of {} leave less than a sample to each of {}",
                        step.accumulate, batch, copies);
  }
  return {};
}

Status check(const estimate::ModelFile& model, const PredictionRequest& request) {
  if (auto ok = check_batches(request); !ok) return ok;
  const bool speeds = std::ranges::any_of(model.measured, [](const auto& group) { return !group.epochs; });
  if (!speeds && request.step.precision != StepRequest{}.precision)
    return fail_field("precision", "the model file holds no speeds, which alone tell precisions apart");
  if (request.networks.empty() && request.described.empty())
    return fail(ErrorKind::invalid, "predict", "no model was given");
  if (request.gpus.empty()) return fail_field("gpu", "no GPU was given");
  if (auto ok = carbon::check(request.place); !ok) return ok;
  if (request.like.empty()) return {};
  std::set<std::string> sources;
  for (const auto& group : model.measured) sources.insert(group.source);
  if (sources.contains(request.like)) return {};
  return fail_field("like", "the model was not trained on '{}', but on {}", request.like,
                    fmt::join(sources, ", "));
}

}  // namespace

Result<PredictionResult> predict_training(const PredictionRequest& request) {
  const auto asked = asked_by(request);
  if (!asked) return propagate(asked.error());
  PredictionResult result;
  result.model_file = request.fitted.empty() ? estimate::default_model_path() : request.fitted;
  const auto model = estimate::read_model(result.model_file);
  if (!model) return propagate(model.error());
  if (auto ok = check(*model, request); !ok) return propagate(ok.error());
  const auto* physics = model->find("physics");
  if (!physics) return fail(ErrorKind::invalid, "predict", "the model file holds no physics model");
  const TrainingPredictor predictor(*model, *physics, request, *asked);
  for (const auto& network : asked->networks)
    for (const auto& gpu : asked->gpus)
      for (const int batch : request.batches)
        for (const auto& limit : asked->limits)
          result.predictions.push_back(predictor.predict(network, gpu, batch, limit));
  std::ranges::stable_sort(result.predictions, {}, cost_of);
  return result;
}

Status check_counted(const PredictionResult& result) {
  for (const auto& prediction : result.predictions) {
    if (prediction.uncounted_share <= most_uncounted) continue;
    std::set<std::string> operations;
    for (const auto& missed : prediction.uncounted) operations.insert(missed.operation);
    return fail(ErrorKind::invalid, prediction.training.architecture,
                "{:.0f} % of its nodes are not counted ({}), so that a prediction would be too low; "
                "`allow_uncounted` predicts all the same",
                100 * prediction.uncounted_share, fmt::join(operations, ", "));
  }
  return {};
}

}  // namespace joulecast::session
