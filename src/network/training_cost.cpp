#include "network/training_cost.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::network {
namespace {

// Master weights, gradients and optimiser state are FP32 even in mixed precision
constexpr double parameter_bytes = 4;

bool is_weighted(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::depthwise || kind == LayerKind::pointwise ||
         kind == LayerKind::dense || kind == LayerKind::recurrent;
}

}  // namespace

Result<Optimiser> find_optimiser(std::string_view name) {
  // State and arithmetic of torch.optim: SGD w -= lr g; momentum v = mu v + g; Adam with two moments and
  // their bias correction; Adadelta with two running squares; LAMB adds two norms and their ratio to Adam.
  static constexpr std::array<Optimiser, 9> known{{{"sgd", 0, 2},
                                                   {"momentum", 1, 4},
                                                   {"nesterov", 1, 6},
                                                   {"adam", 2, 12},
                                                   {"adamw", 2, 14},
                                                   {"rmsprop", 1, 7},
                                                   {"adagrad", 1, 5},
                                                   {"adadelta", 2, 12},
                                                   {"lamb", 2, 18}}};
  for (const auto& optimiser : known)
    if (equals_ignoring_case(optimiser.name, name)) return optimiser;
  return fail(
      ErrorKind::invalid, "",
      "unknown optimiser '{}'; known: sgd, momentum, nesterov, adam, adamw, rmsprop, adagrad, adadelta, lamb",
      name);
}

StepCost step_cost(const ArchitectureFeatures& network, std::int64_t batch, const Optimiser& optimiser) {
  const auto sum = totals(network);
  const auto samples = static_cast<double>(batch);
  const auto parameters = static_cast<double>(sum.trained_parameters);
  StepCost cost;
  cost.forward_flops = sum.flops * samples;
  cost.backward_flops = sum.backward_flops * samples;
  cost.optimiser_flops = parameters * optimiser.flops;
  cost.forward_bytes = sum.traffic_bytes * samples + sum.weight_bytes;
  cost.backward_bytes = sum.saved_bytes * samples;
  cost.optimiser_bytes = parameters * parameter_bytes * (3 + 2 * optimiser.state_words);
  int backward_kernels = 0;
  for (const auto& layer : network.layers) {
    if (layer.gradient == Gradient::none) continue;
    const bool two =
        layer.kind == LayerKind::attention || (is_weighted(layer.kind) && layer.gradient == Gradient::full);
    backward_kernels += layer.kernels * (two ? 2 : 1);
    cost.backward_bytes += (layer.input_bytes + layer.output_bytes) * samples +
                           layer.weight_bytes * (layer.gradient == Gradient::full ? 2 : 1);
  }
  cost.kernels = sum.kernels + backward_kernels + 1;
  return cost;
}

Summary summarise(const ArchitectureFeatures& network, std::int64_t batch) {
  const auto sum = totals(network);
  Summary summary;
  summary.depth = network.depth;
  summary.kernels = sum.kernels;
  const double bytes = sum.traffic_bytes * static_cast<double>(batch) + sum.weight_bytes;
  if (bytes > 0) summary.arithmetic_intensity = sum.flops * static_cast<double>(batch) / bytes;
  double memory_bound = 0;
  for (const auto& layer : network.layers) {
    const double share = sum.macs > 0 ? layer.macs / sum.macs : 0;
    switch (layer.kind) {
      case LayerKind::convolution:
        summary.convolution_share += share;
        break;
      case LayerKind::depthwise:
        summary.depthwise_share += share;
        break;
      case LayerKind::pointwise:
        summary.pointwise_share += share;
        break;
      case LayerKind::dense:
        summary.dense_share += share;
        break;
      case LayerKind::attention:
        summary.attention_share += share;
        break;
      case LayerKind::recurrent:
        summary.recurrent_share += share;
        break;
      default:
        memory_bound += layer.input_bytes + layer.output_bytes;
        break;
    }
    if (layer.product) {
      summary.log2_mean_columns += share * std::log2(std::max(1.0, layer.product->columns));
      summary.log2_mean_depth += share * std::log2(std::max(1.0, layer.product->depth));
    }
  }
  if (sum.traffic_bytes > 0) summary.memory_bound_share = memory_bound / sum.traffic_bytes;
  return summary;
}

}  // namespace joulecast::network
