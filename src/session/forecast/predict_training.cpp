#include "session/forecast/predict_training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"
#include "estimate/offline/datasets.hpp"
#include "network/frozen.hpp"
#include "network/load.hpp"
#include "network/training_cost.hpp"

namespace joulecast::session {
namespace {

using estimate::ModelFile;
using estimate::Sample;
using estimate::Target;

constexpr std::size_t nearest_shown = 3;

/// The request with its names resolved.
struct Asked {
  std::vector<network::ArchitectureFeatures> networks;
  std::vector<hardware::Gpu> gpus;
  network::Optimiser optimiser{"", 0, 0};
  network::TrainingSetup setup;
  network::Frozen frozen;
  std::vector<std::optional<double>> limits;  ///< W of one GPU; nothing = the board's own
  trace::TrainingDescription training;
};

Status check_positive(const char* field, const std::optional<double>& value) {
  constexpr double most = 1e15;
  if (value && !(*value > 0 && *value <= most))
    return fail_field(field, "must be positive and at most {:g}, not {:g}", most, *value);
  return {};
}

Status check_numbers(const trace::TrainingDescription& training) {
  for (const auto& [field, value] :
       {std::pair{"epochs", training.epochs}, std::pair{"samples", training.train_samples},
        std::pair{"power_limit", training.gpu_power_limit_w}})
    if (auto ok = check_positive(field, value); !ok) return ok;
  return {};
}

/// Drivers let boards be limited to a quarter of their power or so, and none to less than a tenth.
constexpr double least_limit = 0.1;
Status check_limit(const std::optional<double>& limit_w, const hardware::Gpu& gpu) {
  if (limit_w && *limit_w < least_limit * gpu.power_limit.value())
    return fail_field("power_limit",
                      "{:g} W is less than a tenth of the {:g} W of the {}, lower than any board can be set",
                      *limit_w, gpu.power_limit.value(), gpu.name);
  return {};
}

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

/// Tokens of a sample, for a network that looks token numbers up in a table.
std::optional<double> tokens_of_sample(const network::ArchitectureFeatures& network) {
  const auto embeds = [](const network::Layer& layer) { return layer.kind == network::LayerKind::embedding; };
  if (network.inputs.empty() || network.inputs.front().shape.size() != 2 ||
      std::ranges::none_of(network.layers, embeds))
    return std::nullopt;
  return static_cast<double>(network.inputs.front().shape[1]);
}

Status check_work(const PredictionRequest& request, const Asked& asked) {
  for (const auto& [field, value] :
       {std::pair{"steps", request.steps}, std::pair{"tokens", request.tokens}}) {
    if (auto ok = check_positive(field, value); !ok) return ok;
    if (value && (request.training.epochs || request.training.train_samples))
      return fail_field(field, "is the whole training: give no epochs or samples beside it");
  }
  if (request.steps && request.tokens) return fail_field("tokens", "is given beside steps");
  if (!request.tokens) return {};
  for (const auto& network : asked.networks)
    if (!tokens_of_sample(network)) return fail_field("tokens", "'{}' takes no tokens", network.name);
  return {};
}

Result<std::vector<std::optional<double>>> limits_of(const PredictionRequest& request) {
  if (request.power_limit.empty()) return std::vector{request.training.gpu_power_limit_w};
  constexpr double most = 1e5;
  constexpr std::size_t most_limits = 1000;
  std::vector<double> parts;
  for (const auto& part : split(request.power_limit, ':')) {
    const auto value = parse_double(part);
    if (!value || !(*value > 0 && *value <= most))
      return fail_field("power_limit", "is watts, '250', or a range of them, '150:350:25', not '{}'",
                        request.power_limit);
    parts.push_back(*value);
  }
  if (parts.size() == 1) return std::vector{std::optional(parts.front())};
  if (parts.size() != 3 || parts[1] < parts[0] || (parts[1] - parts[0]) / parts[2] > most_limits)
    return fail_field("power_limit", "is watts, '250', or a range of them, '150:350:25', not '{}'",
                      request.power_limit);
  std::vector<std::optional<double>> limits;
  for (double limit = parts[0]; limit <= parts[1] * (1 + 1e-9); limit += parts[2]) limits.emplace_back(limit);
  return limits;
}

Status check_choice(const char* field, const std::string& value, std::initializer_list<const char*> choices) {
  if (std::ranges::any_of(choices, [&](const char* choice) { return value == choice; })) return {};
  return fail_field(field, "is {}, not '{}'", fmt::join(choices, " or "), value);
}

Status check_step(const StepRequest& step, int gpus) {
  for (const auto& [field, value] : {std::pair{"accumulate", step.accumulate}, std::pair{"nodes", step.nodes},
                                     std::pair{"tensor_parallel", step.tensor_parallel},
                                     std::pair{"pipeline_parallel", step.pipeline_parallel}})
    if (value < 1 || value > 1 << 20) return fail_field(field, "must be 1 to {}, not {}", 1 << 20, value);
  if (gpus % step.nodes != 0) return fail_field("nodes", "{} GPUs do not fill {} nodes", gpus, step.nodes);
  const auto group = static_cast<long>(step.tensor_parallel) * step.pipeline_parallel;
  if (gpus % group != 0)
    return fail_field("tensor_parallel", "{} GPUs are no multiple of {} that share a model", gpus, group);
  if (auto ok = check_choice("memory_format", step.memory_format, {"nchw", "nhwc"}); !ok) return ok;
  return step.interconnect.empty() ? Status{}
                                   : check_choice("interconnect", step.interconnect, {"nvlink", "pcie"});
}

/// Copies of weights in 8 bits and fewer depend on the library; they are counted as those of 16.
network::Precision kept_precision(network::Precision precision) {
  return precision > network::Precision::bf16 ? network::Precision::amp_bf16 : precision;
}

Status put_setup(const PredictionRequest& request, Asked& asked) {
  const auto& step = request.step;
  const int gpus = request.training.gpu_count.value_or(1);
  if (auto ok = check_step(step, gpus); !ok) return ok;
  const auto precision = network::find_precision(step.precision);
  if (!precision) return propagate(precision.error());
  asked.setup = {kept_precision(*precision), gpus, step.accumulate, step.checkpointing, step.shard};
  asked.training.precision = network::name_of(*precision);
  asked.training.nodes = step.nodes;
  auto limits = limits_of(request);
  if (!limits) return propagate(limits.error());
  asked.limits = std::move(*limits);
  return {};
}

Status load_networks(const PredictionRequest& request, Asked& asked) {
  auto options = network::parse_load_options(request.inputs, request.dimensions, request.classes);
  if (!options) return propagate(options.error());
  options->sequence = request.sequence;
  for (const auto& name : request.networks) {
    auto network = network::load_network(name, *options);
    if (!network) return propagate(network.error());
    asked.networks.push_back(std::move(*network));
  }
  asked.networks.insert(asked.networks.end(), request.described.begin(), request.described.end());
  const auto frozen = network::parse_frozen(request.step.freeze, request.step.lora);
  if (!frozen) return propagate(frozen.error());
  asked.frozen = *frozen;
  for (auto& network : asked.networks) {
    auto trained = network::freeze(std::move(network), *frozen);
    if (!trained) return propagate(trained.error());
    network = std::move(*trained);
  }
  return {};
}

Result<Asked> asked_by(const PredictionRequest& request) {
  if (auto ok = check_numbers(request.training); !ok) return propagate(ok.error());
  Asked asked;
  asked.training = request.training;
  auto& training = asked.training;
  if (auto ok = put_setup(request, asked); !ok) return propagate(ok.error());
  if (auto ok = load_networks(request, asked); !ok) return propagate(ok.error());
  for (const auto& name : request.gpus) {
    auto gpu = hardware::resolve_gpu(name);
    if (!gpu) return propagate(gpu.error());
    for (const auto& limit : asked.limits)
      if (auto ok = check_limit(limit, *gpu); !ok) return propagate(ok.error());
    asked.gpus.push_back(std::move(*gpu));
  }
  if (training.optimizer.empty()) training.optimizer = default_optimizer;
  auto optimiser = network::find_optimiser(training.optimizer);
  if (!optimiser) return propagate(optimiser.error());
  asked.optimiser = *optimiser;
  training.optimizer = optimiser->name;
  if (auto ok = check_work(request, asked); !ok) return propagate(ok.error());
  const auto* dataset = estimate::find_dataset(training.dataset);
  const bool whole = request.steps || request.tokens;
  if (!whole && !training.train_samples && dataset) training.train_samples = dataset->train_samples;
  return asked;
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

double cost_of(const Prediction& prediction) {
  for (const auto* figure : {&prediction.total_energy_j, &prediction.epoch_energy_j, &prediction.power_w})
    if (*figure) return (*figure)->value;
  return 0;
}

class Predictor {
 public:
  Predictor(const ModelFile& model, const estimate::FittedMethod& physics, const PredictionRequest& request,
            const Asked& asked)
      : model_(model),
        physics_(physics),
        request_(request),
        asked_(asked),
        framework_(framework_of(model, request)),
        seen_(model.measured) {}

  [[nodiscard]] Prediction predict(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
                                   int batch, std::optional<double> limit) const {
    auto sample = sample_of(network, gpu, batch);
    sample.training.gpu_power_limit_w = limit;
    Prediction result;
    result.tf32_convolutions = asked_.training.precision == "fp32" && sample.training.precision == "tf32";
    result.setup = request_.step;
    if (tokens_of_sample(network)) result.setup.memory_format.clear();
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

 private:
  [[nodiscard]] Sample sample_of(const network::ArchitectureFeatures& network, const hardware::Gpu& gpu,
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
      sample.training.precision = "tf32";
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

  [[nodiscard]] estimate::Step step_of(const network::ArchitectureFeatures& network, int batch,
                                       const estimate::NetworkWork& work) const {
    const auto& step = request_.step;
    const double gpus = asked_.training.gpu_count.value_or(1);
    formats::StepSetup setup;
    setup.memory_format = step.memory_format;
    if (const auto tokens = tokens_of_sample(network)) setup.sequence_length = tokens;
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

  /// Of the whole training, if the request gives it so.
  [[nodiscard]] std::optional<double> steps_of(const network::ArchitectureFeatures& network,
                                               int batch) const {
    if (request_.steps) return request_.steps;
    if (!request_.tokens) return std::nullopt;
    return *request_.tokens / (batch * tokens_of_sample(network).value());
  }

  void put_costs(const Sample& sample, Prediction& result) const {
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

  /// Epochs as the model file's own epochs of that source took, where --like names one; else by the speed of
  /// steps, which much more has been measured of.
  void put_times(const Sample& sample, const estimate::Forecast& forecast, Prediction& result) const {
    const auto of = [&](Target target) {
      return predicted_of(physics_, forecast, target, result.novelty, sample.source);
    };
    if (!forecast.step_time_s || epochs_like()) {
      result.epoch_time_s = of(Target::epoch_time);
      result.epoch_energy_j = of(Target::epoch_energy);
      return;
    }
    const auto per_sample = scaled(*of(Target::step_time), slowdown(sample, forecast));
    result.step_time_s = scaled(per_sample, sample.batch());
    if (!sample.training.train_samples) return;
    result.epoch_time_s = scaled(per_sample, *sample.training.train_samples);
    if (result.power_w) result.epoch_energy_j = product(*result.power_w, *result.epoch_time_s);
  }

  [[nodiscard]] bool epochs_like() const {
    return !request_.like.empty() && asked_.training.precision == "fp32" &&
           std::ranges::any_of(model_.measured, [&](const auto& group) {
             return group.source == request_.like && group.epochs;
           });
  }

  /// How much longer a step takes under the request's power limit than under the board's own.
  [[nodiscard]] double slowdown(const Sample& sample, const estimate::Forecast& limited) const {
    if (!sample.training.gpu_power_limit_w || !limited.epoch_time_s) return 1;
    auto free = sample;
    free.training.gpu_power_limit_w.reset();
    const auto unlimited = physics_.model->predict(free);
    return unlimited.epoch_time_s ? std::max(1.0, *limited.epoch_time_s / *unlimited.epoch_time_s) : 1;
  }

  void put_memory(const network::ArchitectureFeatures& network, const Sample& sample,
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

  [[nodiscard]] std::optional<carbon::Estimate> emissions_of(Joules energy) const {
    const auto& place = request_.place;
    if (place.country.empty() && place.cloud_region.empty() && !place.intensity_g_per_kwh)
      return std::nullopt;
    return carbon::estimate(to_kilowatt_hours(energy), place, carbon::IntensityTable::read());
  }

  const ModelFile& model_;
  const estimate::FittedMethod& physics_;
  const PredictionRequest& request_;
  const Asked& asked_;
  std::string framework_;
  estimate::Seen seen_;
};

/// A batch is over all GPUs, and each takes a sample at least.
Status check_batches(const PredictionRequest& request) {
  const int gpus = request.training.gpu_count.value_or(1);
  for (const int batch : request.batches)
    if (batch < gpus)
      return fail_field("batch", "{} is over all GPUs, and too small for {}: each takes a sample at least",
                        batch, gpus);
  return {};
}

Status check(const ModelFile& model, const PredictionRequest& request) {
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
  const Predictor predictor(*model, *physics, request, *asked);
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
