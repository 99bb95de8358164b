#include "network/frozen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "network/cost.hpp"

namespace joulecast::network {
namespace {

constexpr int most_layers = 1 << 20;
constexpr int highest_rank = 1 << 16;
constexpr double bytes_of_weight = 4;

bool is_product_with_weights(const Layer& layer) {
  return layer.product && layer.kind != LayerKind::attention;
}

/// Place of the last product with weights; the number of layers if there is none.
std::size_t head_of(const ArchitectureFeatures& network) {
  const auto& layers = network.layers;
  for (std::size_t i = layers.size(); i-- > 0;)
    if (is_product_with_weights(layers[i])) return i;
  return layers.size();
}

/// Place of the first layer that is trained.
Result<std::size_t> first_trained(const ArchitectureFeatures& network, const Frozen& frozen) {
  if (frozen.backbone) {
    const auto head = head_of(network);
    if (head == network.layers.size() || network.layers[head].parameters == 0)
      return fail_field("freeze", "the head of {} has no weights of its own: give a number of layers",
                        network.name);
    return head;
  }
  int left = frozen.layers;
  for (std::size_t i = 0; i < network.layers.size(); ++i)
    if (network.layers[i].parameters > 0 && left-- == 0) return i;
  return fail_field("freeze", "{} has no more than {} layers with weights: none would be trained",
                    network.name, frozen.layers);
}

/// A matrix product as a layer: without bias, in the adapters' FP32.
Layer adapter_product(const Layer& base, const std::string& part, double inputs, double outputs,
                      double copies) {
  Layer layer;
  layer.name = base.name + "/" + part;
  layer.operation = part;
  layer.output = base.output;
  count_product(layer, LayerKind::dense,
                {.rows = base.product->rows, .columns = outputs, .depth = inputs, .groups = 1, .taps = 1},
                false);
  layer.parameters = static_cast<std::int64_t>(inputs * outputs * copies);
  layer.weight_bytes = inputs * outputs * copies * bytes_of_weight;
  count_backward(layer, true);
  return layer;
}

/// Adds the adapter of a dense layer: x A B, scaled and added to the layer's own output. The adapter keeps
/// the input that the layer itself, being frozen, need not keep.
void add_adapter(const Layer& base, int rank, std::vector<Layer>& layers) {
  const auto& product = *base.product;
  // A mixture of experts has the matrix several times; a token passes as many as its arithmetic says.
  const double copies =
      std::max(1.0, std::round(static_cast<double>(base.parameters) / (product.depth * product.columns)));
  const double inner = product.rows * rank * bytes_of_weight;
  auto down = adapter_product(base, "lora_a", product.depth, rank, copies);
  down.input_bytes = base.input_bytes;
  down.output_bytes = inner;
  down.saved_bytes = base.saved_bytes;
  auto up = adapter_product(base, "lora_b", rank, product.columns, copies);
  up.input_bytes = inner;
  up.output_bytes = base.output_bytes;
  up.saved_bytes = inner;
  Layer sum;
  sum.name = base.name + "/lora_add";
  sum.operation = "add";
  sum.output = base.output;
  count_elements(sum, LayerKind::elementwise, product.rows * product.columns, 2);
  count_backward(sum, true);
  sum.input_bytes = 2 * base.output_bytes;
  sum.output_bytes = base.output_bytes;
  sum.kernels = 2;
  for (auto* layer : {&down, &up, &sum}) layers.push_back(std::move(*layer));
}

bool takes_adapter(const Layer& layer) {
  return layer.kind == LayerKind::dense && layer.product && layer.product->groups == 1 &&
         layer.parameters > 0;
}

/// A layer that is not trained. `reached`: something before it is.
void freeze_layer(Layer& layer, bool reached) {
  layer.gradient = reached ? Gradient::inputs : Gradient::none;
  if (!reached) {
    layer.backward_flops = layer.saved_bytes = 0;
    return;
  }
  if (!is_product_with_weights(layer)) return;
  layer.backward_flops = std::min(layer.backward_flops, layer.flops);
  // Its weights are there anyway, and its input is kept for nothing but their gradient.
  layer.saved_bytes = 0;
}

void train_first(Layer& layer) {
  layer.gradient = Gradient::weights;
  if (!is_product_with_weights(layer)) return;
  layer.backward_flops = std::min(layer.backward_flops, layer.flops);
  layer.saved_bytes = std::max(layer.saved_bytes, layer.input_bytes);  // no layer before it keeps it any more
}

}  // namespace

Result<Frozen> parse_frozen(std::string_view freeze, std::optional<int> lora_rank) {
  Frozen frozen;
  if (lora_rank) {
    if (*lora_rank < 1 || *lora_rank > highest_rank)
      return fail_field("lora", "the rank must be 1 to {}, not {}", highest_rank, *lora_rank);
    if (!freeze.empty()) return fail_field("freeze", "is given beside lora, which freezes everything else");
    frozen.lora_rank = *lora_rank;
    return frozen;
  }
  if (freeze.empty()) return frozen;
  if (equals_ignoring_case(freeze, "backbone")) {
    frozen.backbone = true;
    return frozen;
  }
  const auto layers = parse_int(freeze);
  if (!layers || *layers < 1 || *layers > most_layers)
    return fail_field("freeze", "is 'backbone' or a number of layers, not '{}'", freeze);
  frozen.layers = static_cast<int>(*layers);
  return frozen;
}

Result<ArchitectureFeatures> freeze(ArchitectureFeatures network, const Frozen& frozen) {
  if (!frozen.anything()) return network;
  if (!network.ordered && (frozen.lora_rank > 0 || frozen.layers > 0))
    return fail_field(frozen.lora_rank > 0 ? "lora" : "freeze",
                      "{} is known by sums over its layers alone: give its ONNX file", network.name);
  auto& layers = network.layers;
  if (frozen.lora_rank == 0) {
    const auto first = first_trained(network, frozen);
    if (!first) return propagate(first.error());
    for (std::size_t i = 0; i < *first; ++i) freeze_layer(layers[i], false);
    train_first(layers[*first]);
    return network;
  }
  const auto head = head_of(network);
  std::vector<Layer> adapted;
  bool reached = false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto base = layers[i];
    freeze_layer(layers[i], reached);
    adapted.push_back(layers[i]);
    if (i == head || !takes_adapter(base)) continue;
    add_adapter(base, frozen.lora_rank, adapted);
    if (!std::exchange(reached, true)) train_first(adapted[adapted.size() - 3]);
  }
  if (!reached) return fail_field("lora", "{} has no dense layer beside its head", network.name);
  layers = std::move(adapted);
  return network;
}

std::string to_text(const Frozen& frozen) {
  if (frozen.lora_rank > 0) return fmt::format("LoRA of rank {} on dense layers", frozen.lora_rank);
  if (frozen.backbone) return "backbone frozen";
  if (frozen.layers > 0) return fmt::format("first {} layers frozen", frozen.layers);
  return "all weights trained";
}

}  // namespace joulecast::network
