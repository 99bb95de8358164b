#include "network/cost.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace joulecast::network {

void count_convolution(Layer& layer, const Convolution& c) {
  const bool depthwise = c.groups > 1 && c.groups == c.in_channels;
  layer.kind = depthwise                             ? LayerKind::depthwise
               : c.groups == 1 && c.kernel_area == 1 ? LayerKind::pointwise
                                                     : LayerKind::convolution;
  count_product(layer, layer.kind,
                {.rows = c.positions,
                 .columns = c.out_channels / c.groups,
                 .depth = c.in_channels / c.groups * c.kernel_area,
                 .groups = c.groups,
                 .taps = c.kernel_area},
                c.bias);
}

void count_product(Layer& layer, LayerKind kind, const MatrixProduct& product, bool bias) {
  layer.kind = kind;
  const double outputs = product.rows * product.columns * product.groups;
  layer.macs = outputs * product.depth;
  layer.flops = 2 * layer.macs + (bias ? outputs : 0);
  layer.product = product;
}

void count_recurrence(Layer& layer, const Recurrence& r) {
  count_product(layer, LayerKind::recurrent,
                {.rows = 1,
                 .columns = r.gates * r.hidden,
                 .depth = r.inputs + (r.projection > 0 ? r.projection : r.hidden),
                 .groups = r.steps * r.directions},
                true);
  const double projected = r.steps * r.directions * r.hidden * r.projection;
  layer.macs += projected;
  layer.flops += 2 * projected;
  // Gate activations and the state's update.
  layer.flops += r.steps * r.directions * r.hidden * (r.gates * flops_per_element("sigmoid") + 4);
  layer.kernels = static_cast<int>(std::clamp(r.steps, 1.0, 1e6));
}

void count_elements(Layer& layer, LayerKind kind, double elements, double flops_each) {
  layer.kind = kind;
  layer.flops = elements * flops_each;
}

double flops_per_element(std::string_view operation) {
  static constexpr std::array<std::pair<std::string_view, double>, 31> table{{
      {"sigmoid", 4},     {"tanh", 4},       {"exp", 1},           {"erf", 4},
      {"gelu", 8},        {"swish", 5},      {"silu", 5},          {"hsigmoid", 3},
      {"hardsigmoid", 3}, {"hswish", 4},     {"hardswish", 4},     {"elu", 3},
      {"selu", 4},        {"celu", 3},       {"mish", 9},          {"softplus", 3},
      {"softsign", 3},    {"leakyrelu", 2},  {"prelu", 2},         {"clip", 2},
      {"relu6", 2},       {"softmax", 5},    {"logsoftmax", 5},    {"batch_norm", 5},
      {"layer_norm", 5},  {"group_norm", 5}, {"instance_norm", 5}, {"local_response_norm", 8},
      {"rms_norm", 4},    {"rotary", 3},     {"gelu_new", 8},
  }};
  const auto* const found = std::ranges::find(table, operation, &std::pair<std::string_view, double>::first);
  return found == table.end() ? 1 : found->second;
}

void count_backward(Layer& layer, bool input_needs_gradient) {
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::depthwise:
    case LayerKind::pointwise:
    case LayerKind::dense:
    case LayerKind::recurrent:
      layer.backward_flops = (input_needs_gradient ? 2 : 1) * layer.flops;
      break;
    case LayerKind::attention:
    case LayerKind::normalisation:
      layer.backward_flops = 2 * layer.flops;
      break;
    case LayerKind::embedding:
      layer.backward_flops = layer.output_bytes / 4;
      break;  // one addition for each value
    case LayerKind::elementwise:
    case LayerKind::pooling:
    case LayerKind::other:
      layer.backward_flops = input_needs_gradient ? layer.flops : 0;
      break;
    case LayerKind::movement:
      break;
  }
}

Kept kept_for_backward(LayerKind kind, std::string_view operation) {
  switch (kind) {
    case LayerKind::convolution:
    case LayerKind::depthwise:
    case LayerKind::pointwise:
    case LayerKind::dense:
    case LayerKind::attention:
      return {.inputs = true};
    case LayerKind::recurrent:
      return {.inputs = true, .output = true, .extra_bytes_per_output = 20};  // 4 gates, cell
    case LayerKind::normalisation:
      if (operation.ends_with("softmax")) return {.output = true};
      // Written in single operations, as the library transformers has it: the normalised values are kept too.
      if (operation == "rms_norm") return {.inputs = true, .extra_bytes_per_output = 4};
      return {.inputs = true};
    case LayerKind::pooling:
      // The backward pass of a maximum needs 64-bit indices; that of a mean only the shape.
      return operation.starts_with("max") ? Kept{.inputs = true, .extra_bytes_per_output = 8} : Kept{};
    case LayerKind::elementwise: {
      static constexpr std::array<std::string_view, 6> by_output{"relu",      "sigmoid", "tanh",
                                                                 "leakyrelu", "exp",     "sqrt"};
      static constexpr std::array<std::string_view, 10> by_nothing{
          "add", "sub", "neg", "identity", "sum", "position", "cast", "mean", "scale_by_constant",
          // Its factors are constants, and its input is not needed.
          "rotary"};
      // Written in single operations: the hyperbolic tangent, that and one, and half the input besides.
      if (operation == "gelu_new") return {.inputs = true, .extra_bytes_per_output = 12};
      if (operation == "dropout") return {.extra_bytes_per_output = 1};
      if (std::ranges::find(by_output, operation) != by_output.end()) return {.output = true};
      if (std::ranges::find(by_nothing, operation) != by_nothing.end()) return {};
      return {.inputs = true};
    }
    case LayerKind::embedding:
    case LayerKind::movement:
    case LayerKind::other:
      return {};
  }
  return {};
}

}  // namespace joulecast::network
