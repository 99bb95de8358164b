#include "session/forecast/predict_training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

using estimate::MeasuredGroup;
using estimate::ModelFile;
using estimate::Novelty;
using estimate::Sample;
using estimate::Target;

constexpr std::size_t nearest_shown = 3;

/// The name that the model's rows use for a framework, where the source leaves no choice.
std::string framework_of(const ModelFile& model, const PredictionRequest& request) {
  if (!request.framework.empty()) return to_lower(request.framework);
  std::set<std::string> used;
  for (const auto& group : model.measured)
    if (group.source == request.like) used.insert(group.framework);
  return used.size() == 1 ? *used.begin() : std::string{};
}

Sample sample_of(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu, int batch,
                 const PredictionRequest& request, const std::string& framework) {
  Sample sample;
  sample.source = request.like;
  sample.framework = framework;
  sample.dataset = request.dataset;
  sample.architecture = estimate::normalised_architecture(network.name);
  sample.optimiser = request.optimiser.name;
  sample.gpu = gpu;
  sample.gpu_count = request.gpu_count;
  sample.limit_w = request.power_limit_w.value_or(gpu.power_limit.value());
  sample.batch = batch;
  sample.work = estimate::work_of(network);
  sample.parameters = sample.work->parameters;
  sample.gmacs = sample.work->gmacs;
  if (const auto image = network::image_size(network)) {
    sample.image_height = static_cast<double>(image->height);
    sample.image_width = static_cast<double>(image->width);
  }
  sample.train_samples = request.samples;
  return sample;
}

/// As Seen::novelty, from the groups that the model file keeps.
Novelty novelty_of(const ModelFile& model, const Sample& sample) {
  bool workload = false, host = false, pair = false, source = false;
  for (const auto& group : model.measured) {
    if (group.source != sample.source) continue;
    source = true;
    if (group.framework != sample.framework) continue;
    const bool same_gpu = group.gpu == sample.gpu.name;
    const bool same_work = group.architecture == sample.architecture && group.dataset == sample.dataset;
    host |= same_gpu;
    workload |= same_work;
    pair |= same_gpu && same_work;
  }
  if (pair) return Novelty::near;
  if (workload) return host ? Novelty::pair : Novelty::new_gpu;
  if (host) return Novelty::new_architecture;
  return source ? Novelty::new_both : Novelty::new_source;
}

double distance(const MeasuredGroup& group, const Sample& sample) {
  const auto log_ratio = [](double a, double b) { return a > 0 && b > 0 ? std::abs(std::log(a / b)) : 2.0; };
  const double batch = std::clamp(sample.batch, group.batch_low, group.batch_high);
  return log_ratio(group.gmacs, sample.gmacs.value_or(0)) +
         log_ratio(group.fp32_tflops, sample.gpu.fp32_tflops) + 0.5 * log_ratio(batch, sample.batch) +
         (group.gpu == sample.gpu.name ? 0 : 0.5) + (group.architecture == sample.architecture ? 0 : 0.5);
}

std::vector<std::string> nearest_to(const ModelFile& model, const Sample& sample) {
  std::vector<std::pair<double, const MeasuredGroup*>> order;
  for (const auto& group : model.measured) order.emplace_back(distance(group, sample), &group);
  std::sort(order.begin(), order.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < std::min(order.size(), nearest_shown); ++i) {
    const auto& group = *order[i].second;
    const auto batch = group.batch_low == group.batch_high
                           ? fmt::format("{:g}", group.batch_low)
                           : fmt::format("{:g}-{:g}", group.batch_low, group.batch_high);
    result.push_back(fmt::format("{} on {}, batch {} ({}, {}, {})", group.architecture, group.gpu, batch,
                                 group.dataset, group.framework, group.source));
  }
  return result;
}

std::vector<std::string> warnings_of(const ModelFile& model, const Sample& sample) {
  constexpr double rounding = 1e-3;  // of the ranges in a model file, and of counts of parameters
  std::vector<std::string> warnings;
  for (const auto& [feature, value] : estimate::range_features(sample))
    for (const auto& range : model.ranges)
      if (range.feature == feature && value &&
          (*value < range.low * (1 - rounding) || *value > range.high * (1 + rounding)))
        warnings.push_back(fmt::format("{} {:.4g} lies outside the training range {:.4g} to {:.4g}", feature,
                                       *value, range.low, range.high));
  return warnings;
}

std::optional<Predicted> predicted_of(const estimate::FittedMethod& method,
                                      const estimate::Forecast& forecast, Target target, Novelty novelty,
                                      const std::string& source) {
  const auto value = forecast[target];
  if (!value) return std::nullopt;
  Predicted result{*value, {}, {}, false};
  if (const auto factor = method.calibration[static_cast<std::size_t>(target)].find(novelty, source)) {
    const double half = factor->q * forecast.spread[static_cast<std::size_t>(target)];
    result.low = *value * std::exp(-half);
    result.high = *value * std::exp(half);
    result.calibrated = factor->calibrated;
  }
  return result;
}

Predicted scaled(Predicted value, double factor) {
  value.value *= factor;
  if (value.low) value.low = *value.low * factor;
  if (value.high) value.high = *value.high * factor;
  return value;
}

double cost_of(const Prediction& prediction) {
  if (prediction.total_energy_j) return prediction.total_energy_j->value;
  return prediction.epoch_energy_j ? prediction.epoch_energy_j->value : prediction.power_w.value;
}

class Predictor {
 public:
  Predictor(const ModelFile& model, const estimate::FittedMethod& physics, const PredictionRequest& request)
      : model_(model), physics_(physics), request_(request), framework_(framework_of(model, request)) {}

  [[nodiscard]] Prediction predict(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
                                   int batch) const {
    const auto sample = sample_of(network, gpu, batch, request_, framework_);
    const auto forecast = physics_.model->predict(sample);
    Prediction result;
    result.model = network.name;
    result.gpu = gpu.name;
    result.gpu_count = request_.gpu_count;
    result.batch = batch;
    result.limit_w = sample.limit_w;
    result.novelty = novelty_of(model_, sample);
    const auto of = [&](Target target) {
      return predicted_of(physics_, forecast, target, result.novelty, sample.source);
    };
    result.power_w = of(Target::power).value_or(Predicted{});
    // A board holds itself to its limit: what lies above is no possibility.
    if (auto& power = result.power_w; power.high)
      power.high = std::max(power.value, std::min(*power.high, result.limit_w * request_.gpu_count));
    result.epoch_time_s = of(Target::epoch_time);
    result.epoch_energy_j = of(Target::epoch_energy);
    if (result.epoch_energy_j && request_.epochs) {
      result.total_energy_j = scaled(*result.epoch_energy_j, *request_.epochs);
      result.emissions = emissions_of(Joules{result.total_energy_j->value});
    }
    const int per_gpu = std::max(1, (batch + request_.gpu_count - 1) / request_.gpu_count);
    result.memory_needed_gb = network::training_memory(network, per_gpu, request_.optimiser).total() * 1e-9;
    result.memory_gb = gpu.memory_gb;
    result.nearest = nearest_to(model_, sample);
    result.warnings = warnings_of(model_, sample);
    return result;
  }

 private:
  [[nodiscard]] std::optional<carbon::Estimate> emissions_of(Joules energy) const {
    const auto& place = request_.place;
    if (place.country.empty() && place.cloud_region.empty() && !place.intensity_g_per_kwh)
      return std::nullopt;
    return carbon::estimate(to_kilowatt_hours(energy), place, carbon::IntensityTable::read());
  }

  const ModelFile& model_;
  const estimate::FittedMethod& physics_;
  const PredictionRequest& request_;
  std::string framework_;
};

Status check(const ModelFile& model, const PredictionRequest& request) {
  if (request.networks.empty()) return fail(ErrorKind::invalid, "predict", "no model was given");
  if (request.gpus.empty()) return fail(ErrorKind::invalid, "--gpu", "no GPU was given");
  if (auto ok = carbon::check(request.place); !ok) return ok;
  if (request.like.empty()) return {};
  std::set<std::string> sources;
  for (const auto& group : model.measured) sources.insert(group.source);
  if (sources.contains(request.like)) return {};
  return fail(ErrorKind::invalid, "--like", "the model was not trained on '{}', but on {}", request.like,
              fmt::join(sources, ", "));
}

}  // namespace

Result<std::vector<Prediction>> predict(const ModelFile& model, const PredictionRequest& request) {
  if (auto ok = check(model, request); !ok) return propagate(ok.error());
  const auto* physics = model.find("physics");
  if (!physics) return fail(ErrorKind::invalid, "predict", "the model file holds no physics model");
  const Predictor predictor(model, *physics, request);
  std::vector<Prediction> result;
  for (const auto& network : request.networks)
    for (const auto& gpu : request.gpus)
      for (const int batch : request.batches) result.push_back(predictor.predict(network, gpu, batch));
  std::stable_sort(result.begin(), result.end(),
                   [](const Prediction& a, const Prediction& b) { return cost_of(a) < cost_of(b); });
  return result;
}

}  // namespace joulecast::session
