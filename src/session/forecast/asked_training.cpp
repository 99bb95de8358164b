#include "session/forecast/asked_training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"
#include "estimate/offline/datasets.hpp"
#include "estimate/offline/speed/unit_rates.hpp"
#include "network/load.hpp"

namespace joulecast::session {
namespace {

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
constexpr double least_limit = 0.1, most_limit = 1.5;
Status check_limit(const std::optional<double>& limit_w, const hardware::Gpu& gpu) {
  if (limit_w && *limit_w < least_limit * gpu.power_limit.value())
    return fail_field("power_limit",
                      "{:g} W is less than a tenth of the {:g} W of the {}, lower than any board can be set",
                      *limit_w, gpu.power_limit.value(), gpu.name);
  if (limit_w && *limit_w > most_limit * gpu.power_limit.value())
    return fail_field("power_limit", "{:g} W is far above the {:g} W of the {}", *limit_w,
                      gpu.power_limit.value(), gpu.name);
  return {};
}

Status check_unit(const std::string& precision, const hardware::Gpu& gpu) {
  if (estimate::has_unit(gpu, precision)) return {};
  return fail_field("precision", "the {} has no units for {}", gpu.name, precision);
}

Status check_work(const PredictionRequest& request, const AskedTraining& asked) {
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

Status put_setup(const PredictionRequest& request, AskedTraining& asked) {
  const auto& step = request.step;
  const int gpus = request.training.gpu_count.value_or(1);
  if (auto ok = check_step(step, gpus); !ok) return ok;
  const auto precision = network::find_precision(step.precision);
  if (!precision) return propagate(precision.error());
  asked.setup = {kept_precision(*precision), gpus,       step.accumulate,
                 step.checkpointing,         step.shard, step.tensor_parallel,
                 step.pipeline_parallel};
  asked.training.precision = network::name_of(*precision);
  asked.training.nodes = step.nodes;
  auto limits = limits_of(request);
  if (!limits) return propagate(limits.error());
  asked.limits = std::move(*limits);
  return {};
}

Status load_networks(const PredictionRequest& request, AskedTraining& asked) {
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

}  // namespace

std::optional<double> tokens_of_sample(const network::ArchitectureFeatures& network) {
  const auto embeds = [](const network::Layer& layer) { return layer.kind == network::LayerKind::embedding; };
  if (network.inputs.empty() || network.inputs.front().shape.size() != 2 ||
      std::ranges::none_of(network.layers, embeds))
    return std::nullopt;
  return static_cast<double>(network.inputs.front().shape[1]);
}

Result<AskedTraining> asked_by(const PredictionRequest& request) {
  if (auto ok = check_numbers(request.training); !ok) return propagate(ok.error());
  AskedTraining asked;
  asked.training = request.training;
  auto& training = asked.training;
  if (auto ok = put_setup(request, asked); !ok) return propagate(ok.error());
  if (auto ok = load_networks(request, asked); !ok) return propagate(ok.error());
  for (const auto& name : request.gpus) {
    auto gpu = hardware::resolve_gpu(name);
    if (!gpu) return propagate(gpu.error());
    if (auto ok = check_unit(training.precision, *gpu); !ok) return propagate(ok.error());
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

}  // namespace joulecast::session
