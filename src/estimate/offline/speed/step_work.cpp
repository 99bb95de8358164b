#include "estimate/offline/speed/step_work.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>

#include "base/text.hpp"

namespace joulecast::estimate {
namespace {

constexpr double million = 1e6, billion = 1e9;
/// Outputs of the products of a transformer's layer, in widths for each token.
constexpr double outputs_of_layer = 14;
constexpr double kernels_of_layer = 13;
constexpr double head_width = 64;
constexpr double kernels_of_image_network = 160;
constexpr double usual_tokens = 128;

struct Published {
  std::string_view name;  ///< what the model's name begins with
  ModelSize size;
};
/// Sizes that the publishers state for mixtures whose names do not tell them (model cards, 2024-2026).
constexpr std::array published{
    Published{"deepseekv3", {671e3, 37e3}},       Published{"deepseek-v3", {671e3, 37e3}},
    Published{"kimi-k2", {1040e3, 32e3}},         Published{"gpt-oss-120b", {117e3, 5.1e3}},
    Published{"gpt-oss-20b", {21e3, 3.6e3}},      Published{"nemotron-3-nano", {31.6e3, 3.5e3}},
    Published{"nemotron-3-super", {120e3, 12e3}}, Published{"nemotron-3-ultra", {500e3, 50e3}},
    Published{"mixtral-8x7b", {46.7e3, 12.9e3}},  Published{"mixtral-8x22b", {141e3, 39e3}}};

double number(const std::ssub_match& match) {
  return parse_double(match.str()).value_or(0);
}

/// "-l12-h512" with "-e8" for experts: layers, width.
std::optional<ModelSize> size_of_shape(const std::string& name) {
  static const std::regex shape(R"(-l(\d+)-h(\d+)(?:-e(\d+))?)");
  std::smatch found;
  if (!std::regex_search(name, found, shape)) return std::nullopt;
  constexpr double vocabulary = 50257, experts_share = 2.0 / 3 * 0.5;
  const double layers = number(found[1]), width = number(found[2]);
  const double experts = found[3].matched ? number(found[3]) : 1;
  const double table = vocabulary * width, block = 12 * layers * width * width;
  return ModelSize{(block * (1 + experts_share * (experts - 1)) + table) / million,
                   (block + table) / million};
}

/// A Switch Transformer has the shape of a T5, of which every second feed-forward layer is a choice among
/// experts and each token takes one (Fedus et al. 2022; Raffel et al. 2020), in millions of weights.
struct SwitchShape {
  std::string_view size;
  double dense_m, expert_layers, expert_m;
};
constexpr std::array switch_shapes{SwitchShape{"base", 222.9, 12, 4.719},
                                   SwitchShape{"large", 737.7, 24, 8.389},
                                   SwitchShape{"xl", 2851.6, 24, 33.554}};

/// "switch-base-8", "switch-transformer-xl (4 experts)".
std::optional<ModelSize> size_of_switch(const std::string& name) {
  static const std::regex shape(
      R"(^(?:google/)?switch-(?:transformer-)?([a-z]+)(?:-| \()(\d+)(?: experts\))?$)");
  std::smatch found;
  if (!std::regex_search(name, found, shape)) return std::nullopt;
  const auto* known = std::ranges::find(switch_shapes, found[1].str(), &SwitchShape::size);
  if (known == switch_shapes.end()) return std::nullopt;
  const double more_experts = number(found[2]) - 1;
  return ModelSize{known->dense_m + more_experts * known->expert_layers * known->expert_m, known->dense_m};
}

/// "7b", "125m", "30b-a3b".
std::optional<ModelSize> size_of_number(const std::string& name) {
  static const std::regex size(R"((\d+(?:\.\d+)?)(b|m)(?![a-z])(?:-a(\d+(?:\.\d+)?)b)?)");
  std::smatch found;
  if (!std::regex_search(name, found, size)) return std::nullopt;
  constexpr double thousand = 1000;
  const double all = number(found[1]) * (found[2].str() == "b" ? thousand : 1);
  return ModelSize{all, found[3].matched ? number(found[3]) * thousand : all};
}

struct Shape {
  double layers = 0, width = 0;
};
/// The shape that the name tells, as "-l12-h512" or "(24 layers, width 3072)"; else that of a transformer of
/// this many active parameters whose width is 100 times its layers.
Shape typical_shape(const std::string& name, double active_m) {
  static const std::regex shape(R"((?:-l|\()(\d+)(?:-h| layers, width )(\d+))");
  if (std::smatch found; std::regex_search(name, found, shape)) return {number(found[1]), number(found[2])};
  constexpr double width_over_layers = 100;
  const double weights = active_m * million / 12;
  const double width = std::cbrt(weights * width_over_layers);
  return {weights / (width * width), width};
}

void put_transformer(const std::string& name, double tokens, ModelSize size, StepWork& work) {
  const auto [layers, width] = typical_shape(name, size.active_m);
  work.transformer = true;
  work.layers = layers;
  work.width = width;
  work.params_m = size.params_m;
  work.gmacs = size.active_m * million * tokens / billion;
  work.attention_gmacs = 2 * layers * tokens * tokens * width / billion;
  work.activations_m = outputs_of_layer * layers * width * tokens / million;
  work.attention_m = 3 * layers * width / head_width * tokens * tokens / million;
  work.kernels = kernels_of_layer * layers + 10;
  constexpr double adapters = 0.005;  // LoRA of rank 16 in the products of attention
  if (name.find("lora") == std::string::npos) return;
  work.trained_share = adapters;
  work.product_passes = work.output_passes = 2;  // the gradients of frozen weights are not computed
}

void put_nominal(StepWork& work) {
  work.gmacs = 5;
  work.activations_m = 10;
  work.params_m = 25;
  work.kernels = kernels_of_image_network;
  work.nominal = true;
}

/// The network's proportions, at the size that the columns tell.
void put_composition(const NetworkWork& network, StepWork& work) {
  if (!(network.gmacs > 0) || !(network.product_outputs > 0)) return;
  work.composed = true;
  std::ranges::transform(network.gmacs_of, work.gmacs_of.begin(),
                         [&](double gmacs) { return gmacs / network.gmacs * work.gmacs; });
  work.other_m = network.other_outputs / network.product_outputs * work.activations_m;
}

/// What is frozen, as the network says.
void put_frozen(const NetworkWork& network, StepWork& work) {
  if (network.trained_share >= 1) return;
  work.trained_share = network.trained_share;
  work.product_passes = network.product_passes;
  work.output_passes = network.output_passes;
  work.kernel_passes = network.kernel_passes;
}

StepWork whole_step_work(const StepFacts& facts, const formats::StepSetup& setup,
                         const std::optional<NetworkWork>& network) {
  StepWork work;
  const bool tokens = !facts.image && (setup.sequence_length || (network && network->tokens > 0));
  work.tokens = setup.sequence_length.value_or(network && network->tokens > 0 ? network->tokens
                                               : tokens                       ? usual_tokens
                                                                              : 1);
  if (tokens) {
    auto size = size_in_name(facts.name);
    const auto params = facts.params                         ? facts.params
                        : network && network->parameters > 0 ? std::optional(network->parameters)
                                                             : std::nullopt;
    if (params) {
      const double all = *params / million;
      // of a mixture, the name tells the share of a token's pass
      const double share = size && size->params_m > 0 ? size->active_m / size->params_m : 1;
      size = ModelSize{all, all * std::min(share, 1.0)};
    }
    if (size)
      put_transformer(to_lower(facts.name), work.tokens, *size, work);
    else
      put_nominal(work);
    return work;
  }
  const bool columns = facts.gmacs && setup.activations_m;
  if (!columns && !(network && network->gmacs > 0)) {
    put_nominal(work);
    return work;
  }
  work.gmacs = facts.gmacs.value_or(network ? network->gmacs : 0);
  work.activations_m = setup.activations_m.value_or(network ? network->product_outputs / million : 0);
  work.params_m = facts.params.value_or(network ? network->parameters : 0) / million;
  if (!(work.params_m > 0)) work.params_m = 1;
  work.kernels = network && network->kernels > 0 ? network->kernels : kernels_of_image_network;
  if (network) put_composition(*network, work);
  return work;
}

}  // namespace

std::optional<ModelSize> size_in_name(std::string_view given) {
  const auto name = to_lower(given);
  for (const auto& known : published)
    if (name.starts_with(known.name)) return known.size;
  if (auto size = size_of_shape(name)) return size;
  if (auto size = size_of_switch(name)) return size;
  return size_of_number(name);
}

StepWork step_work(const StepFacts& facts, const formats::StepSetup& setup,
                   const std::optional<NetworkWork>& network) {
  auto work = whole_step_work(facts, setup, network);
  if (network) put_frozen(*network, work);
  return work;
}

}  // namespace joulecast::estimate
