#include "session/forecast/training_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "base/text.hpp"
#include "estimate/offline/speed/step_terms.hpp"

namespace joulecast::session {
namespace {

using estimate::ModelFile;
using estimate::Sample;
using estimate::Target;

constexpr std::size_t nearest_shown = 3;

/// Graphs in ONNX files are often called "main_graph" or "g": people know them by their file.
std::string label_of(const network::ArchitectureFeatures& network) {
  const std::filesystem::path origin(network.origin);
  return to_lower(origin.extension().string()) == ".onnx" ? origin.stem().string() : network.name;
}

/// The nodes that are not counted cost something; as much as the others, for want of better knowledge.
void widen(std::optional<Predicted>& figure, double uncounted_share) {
  if (!figure) return;
  figure->calibrated = false;
  if (figure->high) *figure->high /= 1 - std::min(uncounted_share, 0.99);
}

/// The framework's name in the model's rows, if the source has only one.
std::string framework_of(const ModelFile& model, const PredictionRequest& request) {
  if (!request.training.framework.empty()) return to_lower(request.training.framework);
  std::set<std::string> used;
  for (const auto& group : model.measured)
    if (group.source == request.like) used.insert(group.framework);
  return used.size() == 1 ? *used.begin() : std::string{};
}

std::optional<Predicted> predicted_of(const estimate::FittedMethod& method,
                                      const estimate::Forecast& forecast, Target target,
                                      estimate::Novelty novelty, const std::string& source) {
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

/// Both intervals together: relative half widths add as the sides of a right angle do.
Predicted product(const Predicted& a, const Predicted& b) {
  Predicted result{a.value * b.value, {}, {}, a.calibrated && b.calibrated};
  if (!a.low || !a.high || !b.low || !b.high) return result;
  const auto half = [](const Predicted& p) { return std::log(*p.high / *p.low) / 2; };
  const double both = std::hypot(half(a), half(b));
  result.low = result.value * std::exp(-both);
  result.high = result.value * std::exp(both);
  return result;
}

}  // namespace

TrainingPredictor::TrainingPredictor(const ModelFile& model, const estimate::FittedMethod& physics,
                                     const PredictionRequest& request, const AskedTraining& asked)
    : model_(model),
      physics_(physics),
      request_(request),
      asked_(asked),
      framework_(framework_of(model, request)),
      seen_(model.measured) {}

Prediction TrainingPredictor::predict(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
                                      int batch, std::optional<double> limit) const {
  auto sample = sample_of(network, gpu, batch);
  sample.training.gpu_power_limit_w = limit;
  Prediction result;
  result.tf32_convolutions = estimate::is_unasked(sample.training.precision);
  result.setup = request_.step;
  result.sequence = tokens_of_sample(network);
  if (result.sequence) result.setup.memory_format.clear();
  result.training = sample.training;
  result.training.architecture = label_of(network);
  result.training.precision = asked_.training.precision;
  result.training.gpu = gpu.name;
  result.steps = steps_of(network, batch);
  result.training.gpu_count = sample.gpu_count();
  result.training.gpu_power_limit_w = sample.limit_w();
  result.novelty = seen_.novelty(sample);
  result.uncounted = network.uncounted;
  const auto sum = network::totals(network);
  result.frozen = network::to_text(asked_.frozen);
  result.parameters = sum.parameters;
  result.trained_parameters = sum.trained_parameters;
  result.uncounted_share = network::uncounted_share(network);
  put_costs(sample, result);
  put_memory(network, sample, result);
  result.nearest = estimate::nearest_groups(model_.measured, sample, nearest_shown);
  result.outside_ranges = estimate::outside_ranges(model_.ranges, sample);
  return result;
}

Sample TrainingPredictor::sample_of(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
                                    int batch) const {
  Sample sample;
  sample.source = request_.like;
  sample.training = asked_.training;
  sample.training.framework = framework_;
  sample.training.architecture = estimate::normalised_architecture(network.name);
  sample.training.batch_size = batch;
  if (const auto steps = steps_of(network, batch)) {
    sample.training.train_samples = *steps * batch;
    sample.training.epochs = 1;
  }
  sample.gpu = gpu;
  if (asked_.training.precision == "fp32" && gpu.tf32_tflops && !tokens_of_sample(network))
    sample.training.precision = estimate::unasked_precision;
  sample.work = estimate::work_of(network);
  sample.step = step_of(network, batch, *sample.work);
  sample.training.params = sample.work->parameters;
  sample.training.gflops_forward_per_sample = sample.work->gmacs;
  if (const auto image = network::image_size(network)) {
    sample.image_height = static_cast<double>(image->height);
    sample.image_width = static_cast<double>(image->width);
  }
  return sample;
}

estimate::Step TrainingPredictor::step_of(const network::ArchitectureFeatures& network, int batch,
                                          const estimate::NetworkWork& work) const {
  const auto& step = request_.step;
  const double gpus = asked_.training.gpu_count.value_or(1);
  formats::StepSetup setup;
  setup.sequence_length = tokens_of_sample(network);
  if (!setup.sequence_length) setup.memory_format = step.memory_format;
  setup.tensor_parallel = step.tensor_parallel;
  setup.pipeline_parallel = step.pipeline_parallel;
  setup.global_batch = batch;
  setup.micro_batch = batch * setup.tensor_parallel * setup.pipeline_parallel / gpus / step.accumulate;
  setup.checkpointing = step.checkpointing;
  setup.full_shard = step.shard == 3;
  setup.compiled = step.compile;
  if (!step.interconnect.empty()) setup.fast_links = step.interconnect == "nvlink";
  const estimate::StepFacts facts{network.name, work.gmacs, work.parameters, work.tokens == 0};
  return {setup, estimate::step_work(facts, setup, work), network.name, false};
}

std::optional<double> TrainingPredictor::steps_of(const network::ArchitectureFeatures& network,
                                                  int batch) const {
  if (request_.steps) return request_.steps;
  if (!request_.tokens) return std::nullopt;
  return *request_.tokens / (batch * tokens_of_sample(network).value());
}

void TrainingPredictor::put_costs(const Sample& sample, Prediction& result) const {
  const auto forecast = physics_.model->predict(sample);
  const auto of = [&](Target target) {
    return predicted_of(physics_, forecast, target, result.novelty, sample.source);
  };
  result.power_w = of(Target::power);
  // A board stays within its power limit, so a higher value is impossible.
  if (auto& power = result.power_w; power && power->high)
    power->high = std::max(power->value, std::min(*power->high, sample.limit_w() * sample.gpu_count()));
  put_times(sample, forecast, result);
  if (!result.uncounted.empty()) {
    if (result.power_w) result.power_w->calibrated = false;
    widen(result.epoch_time_s, result.uncounted_share);
    widen(result.epoch_energy_j, result.uncounted_share);
  }
  if (!result.epoch_energy_j || !sample.training.epochs) return;
  result.total_energy_j = scaled(*result.epoch_energy_j, *sample.training.epochs);
  result.emissions = emissions_of(Joules{result.total_energy_j->value});
}

void TrainingPredictor::put_times(const Sample& sample, const estimate::Forecast& forecast,
                                  Prediction& result) const {
  const auto of = [&](Target target) {
    return predicted_of(physics_, forecast, target, result.novelty, sample.source);
  };
  if (!forecast.step_time_s || epochs_like()) {
    result.epoch_time_s = of(Target::epoch_time);
    result.epoch_energy_j = of(Target::epoch_energy);
    return;
  }
  auto step = *of(Target::step_time);
  if (step.low) step.low = std::min(step.value, std::max(*step.low, estimate::least_step_time(sample)));
  const auto per_sample = scaled(step, slowdown(sample));
  result.step_time_s = scaled(per_sample, sample.batch());
  if (!sample.training.train_samples) return;
  result.epoch_time_s = scaled(per_sample, *sample.training.train_samples);
  if (result.power_w) result.epoch_energy_j = product(*result.power_w, *result.epoch_time_s);
}

bool TrainingPredictor::epochs_like() const {
  return !request_.like.empty() && asked_.training.precision == "fp32" &&
         std::ranges::any_of(model_.measured, [&](const auto& group) {
           return group.source == request_.like && group.epochs;
         });
}

double TrainingPredictor::slowdown(const Sample& sample) const {
  if (!sample.training.gpu_power_limit_w) return 1;
  const auto epoch_s = [&](Sample asked) {
    if (!asked.training.train_samples) asked.training.train_samples = asked.batch();  // of any length
    return physics_.model->predict(asked).epoch_time_s;
  };
  auto free = sample;
  free.training.gpu_power_limit_w.reset();
  const auto limited = epoch_s(sample), unlimited = epoch_s(free);
  return limited && unlimited ? std::max(1.0, *limited / *unlimited) : 1;
}

void TrainingPredictor::put_memory(const network::ArchitectureFeatures& network, const Sample& sample,
                                   Prediction& result) const {
  const auto batch = static_cast<std::int64_t>(sample.batch());
  result.memory_gb = sample.gpu.memory_gb;
  const auto needed = network::training_memory(network, batch, asked_.optimiser, asked_.setup);
  if (!needed) return;
  result.memory_needed_gb = needed->total() * 1e-9;
  const auto most =
      network::largest_batch(network, sample.gpu.memory_gb * 1e9, asked_.optimiser, asked_.setup);
  if (most) result.largest_batch = static_cast<double>(*most);
  result.fits = *result.memory_needed_gb <= *result.memory_gb;
}

std::optional<carbon::Estimate> TrainingPredictor::emissions_of(Joules energy) const {
  const auto& place = request_.place;
  if (place.country.empty() && place.cloud_region.empty() && !place.intensity_g_per_kwh) return std::nullopt;
  return carbon::estimate(to_kilowatt_hours(energy), place, carbon::IntensityTable::read());
}

}  // namespace joulecast::session
