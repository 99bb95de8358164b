// What one node computes: kind, arithmetic and parameters, by the rules of cost.hpp. Figures are for the
// whole tensors that the node works on; the reader divides by the batch.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/text.hpp"
#include "network/cost.hpp"
#include "network/onnx/attention.hpp"
#include "network/onnx/einsum.hpp"
#include "network/onnx/operators.hpp"
#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {
namespace {

using Outcome = tl::expected<Counted, std::string>;

double product(const Shape& shape, std::size_t from, std::size_t to) {
  double result = 1;
  for (auto i = from; i < std::min(to, shape.size()); ++i) result *= static_cast<double>(shape[i]);
  return result;
}
double side(const Shape& shape, std::size_t from_end) {
  return from_end < shape.size() ? static_cast<double>(shape[shape.size() - 1 - from_end]) : 1;
}

tl::unexpected<std::string> unknown(std::string_view reason) {
  return tl::unexpected(std::string(reason));
}
constexpr std::string_view no_input_shape = "the shape of an input is not known";
constexpr std::string_view no_output_shape = "the shape of its output is not known";

/// Which inputs hold data, weight and bias of the convolutions, quantised ones included.
struct Slots {
  std::size_t data, weight, bias;
};

Outcome convolution(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs, Slots slots) {
  const auto* weight = shape_of(inputs, slots.weight);
  const auto* data = shape_of(inputs, slots.data);
  if (weight == nullptr || data == nullptr) return unknown(no_input_shape);
  if (!outputs.front().shape) return unknown(no_output_shape);
  if (weight->size() < 3 || data->size() != weight->size())
    return unknown("its weights do not fit its input");
  const bool transposed = node.type() == "ConvTranspose";
  const auto groups = static_cast<double>(std::max<std::int64_t>(node.integer("group", 1), 1));
  // In a transposed convolution each position of the *input* is multiplied with the kernel.
  const auto& positions = transposed ? *data : *outputs.front().shape;
  Counted counted;
  counted.weighted = true;
  counted.weight_inputs = {slots.weight, slots.bias};
  const double out_channels =
      transposed ? static_cast<double>((*weight)[1]) * groups : static_cast<double>((*weight)[0]);
  count_convolution(counted.layer,
                    {.in_channels = static_cast<double>((*data)[1]),
                     .out_channels = out_channels,
                     .groups = groups,
                     .kernel_area = product(*weight, 2, weight->size()),
                     .positions = static_cast<double>((*data)[0]) * product(positions, 2, positions.size()),
                     .bias = input(inputs, slots.bias) != nullptr});
  return counted;
}

/// MatMul: [..., m, k] x [..., k, n]. With constant weights on either side it is a dense layer, else
/// attention.
Outcome matrix_product(const Inputs& inputs, const std::vector<Value>& outputs, std::size_t a_slot,
                       std::size_t b_slot, bool a_turned = false, bool b_turned = false) {
  const auto* a = shape_of(inputs, a_slot);
  const auto* b = shape_of(inputs, b_slot);
  if (a == nullptr || b == nullptr || a->empty() || b->empty()) return unknown(no_input_shape);
  if (!outputs.front().shape) return unknown(no_output_shape);
  const double depth = side(*a, a_turned && a->size() > 1 ? 1 : 0);
  const double columns = b->size() == 1 ? 1 : side(*b, b_turned ? 1 : 0);
  const double results = outputs.front().elements();
  Counted counted;
  counted.weighted = inputs[a_slot]->constant || inputs[b_slot]->constant;
  counted.weight_inputs = {a_slot, b_slot};
  if (inputs[b_slot]->constant) {
    count_product(counted.layer, LayerKind::dense,
                  {.rows = results / std::max(columns, 1.0), .columns = columns, .depth = depth}, false);
  } else {
    const double rows = a->size() == 1 ? 1 : side(*a, a_turned ? 0 : 1);
    count_product(
        counted.layer, counted.weighted ? LayerKind::dense : LayerKind::attention,
        {.rows = rows, .columns = columns, .depth = depth, .groups = results / std::max(rows * columns, 1.0)},
        false);
  }
  return counted;
}

Outcome gemm(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs) {
  const auto* a = shape_of(inputs, 0);
  if (a == nullptr || a->size() != 2) return unknown(no_input_shape);
  if (!outputs.front().shape || outputs.front().shape->size() != 2) return unknown(no_output_shape);
  Counted counted;
  counted.weighted = true;
  counted.weight_inputs = {0, 1, 2};
  const bool turned = node.integer("transA", 0) != 0;
  const auto constant = input(inputs, 1) != nullptr && inputs[1]->constant;
  count_product(counted.layer, constant ? LayerKind::dense : LayerKind::attention,
                {.rows = static_cast<double>((*outputs.front().shape)[0]),
                 .columns = static_cast<double>((*outputs.front().shape)[1]),
                 .depth = side(*a, turned ? 1 : 0)},
                input(inputs, 2) != nullptr);
  return counted;
}

Outcome einsum(const Node& node, const Inputs& inputs) {
  const auto contraction = read_einsum(node, inputs);
  if (!contraction) return unknown("its equation does not fit its operands, or their shapes are not known");
  Counted counted;
  auto& layer = counted.layer;
  if (inputs.size() == 1) {
    layer.kind = LayerKind::movement;
    return counted;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    counted.weighted |= inputs[i]->constant;
    counted.weight_inputs.insert(i);
  }
  layer.kind = counted.weighted ? LayerKind::dense : LayerKind::attention;
  layer.macs = contraction->macs;
  layer.flops = 2 * layer.macs;
  layer.kernels = static_cast<int>(inputs.size()) - 1;
  layer.product = contraction->product;
  if (layer.product && inputs[0]->constant) std::swap(layer.product->rows, layer.product->columns);
  return counted;
}

/// The products of queries with keys and of their weights with values, and the softmax between them.
Layer attention_products(const AttentionSizes& sizes) {
  Layer layer;
  count_product(layer, LayerKind::attention,
                {.rows = sizes.queries,
                 .columns = sizes.keys,
                 .depth = sizes.key_width + sizes.value_width,
                 .groups = sizes.batch * sizes.heads},
                false);
  layer.flops += flops_per_element("softmax") * sizes.batch * sizes.heads * sizes.queries * sizes.keys;
  return layer;
}

Outcome attention(const Node& node, const Inputs& inputs) {
  const auto sizes = read_attention(node, inputs);
  if (!sizes) return unknown("its heads do not fit its operands, or their shapes are not known");
  Counted counted;
  if (sizes->projected_to == 0) {
    counted.layer = attention_products(*sizes);
    return counted;
  }
  counted.weighted = true;
  counted.weight_inputs = {1, 2};
  count_product(
      counted.layer, LayerKind::dense,
      {.rows = sizes->batch * sizes->queries, .columns = sizes->projected_to, .depth = sizes->projected_from},
      input(inputs, 2) != nullptr);
  counted.inner = attention_products(*sizes);
  return counted;
}

/// A [..., k] with weights of n x k numbers of a few bits each, packed into bytes.
Outcome packed_product(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs) {
  const auto columns = node.integer("N", 0), depth = node.integer("K", 0);
  constexpr std::int64_t largest = 1 << 24;
  if (columns < 1 || depth < 1 || columns > largest || depth > largest)
    return unknown("its sizes are not possible");
  if (!outputs.front().shape) return unknown(no_output_shape);
  Counted counted;
  counted.weighted = true;
  counted.weight_inputs = {1};
  counted.weights_of_packed = columns * depth;
  count_product(counted.layer, LayerKind::dense,
                {.rows = outputs.front().elements() / static_cast<double>(columns),
                 .columns = static_cast<double>(columns),
                 .depth = static_cast<double>(depth)},
                input(inputs, 5) != nullptr);
  return counted;
}

Outcome recurrent(const Node& node, const Inputs& inputs, double gates) {
  const auto* x = shape_of(inputs, 0);
  const auto* r = shape_of(inputs, 2);
  if (x == nullptr || r == nullptr || x->size() != 3 || r->size() != 3) return unknown(no_input_shape);
  const bool batch_first = node.integer("layout", 0) != 0;
  const auto steps = static_cast<double>((*x)[batch_first ? 1 : 0]);
  const auto batch = static_cast<double>((*x)[batch_first ? 0 : 1]);
  Counted counted;
  counted.weighted = true;
  counted.weight_inputs = {1, 2, 3, 7};
  count_recurrence(counted.layer, {.inputs = static_cast<double>((*x)[2]),
                                   .hidden = static_cast<double>((*r)[2]),
                                   .gates = gates,
                                   .steps = steps,
                                   .directions = static_cast<double>((*r)[0])});
  // Each step works on the whole batch at once: the batch makes the products taller, not more numerous.
  for (auto* figure : {&counted.layer.macs, &counted.layer.flops}) *figure *= batch;
  counted.layer.product->rows = batch;
  return counted;
}

/// Rows looked up in a table of weights, or a selection of activations.
Outcome gather(const Inputs& inputs) {
  Counted counted;
  const bool table = input(inputs, 0) != nullptr && inputs[0]->constant && input(inputs, 1) != nullptr &&
                     !inputs[1]->constant;
  counted.layer.kind = table ? LayerKind::embedding : LayerKind::movement;
  if (table) counted.weight_inputs = {0};
  return counted;
}

Outcome elementwise(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs) {
  if (!outputs.front().shape) return unknown(no_output_shape);
  auto operation = to_lower(node.type());
  if (operation.ends_with("gelu")) operation = "gelu";
  const auto operands = operation == "sum" || operation == "mean" || operation == "max" || operation == "min"
                            ? inputs.size() - 1
                            : 1;
  Counted counted;
  counted.layer.operation = operation;
  count_elements(counted.layer, LayerKind::elementwise, outputs.front().elements(),
                 flops_per_element(operation) * static_cast<double>(std::max<std::size_t>(operands, 1)));
  // Scale, shift, slope and bias may be learned; a clip's bounds or a Where's alternatives are not.
  static constexpr std::array<std::string_view, 7> learning{"add",   "sub",      "mul", "div",
                                                            "prelu", "biasgelu", "gelu"};
  if (std::ranges::find(learning, operation) != learning.end()) counted.weight_inputs = {0, 1};
  return counted;
}

Outcome by_group(const Node& node, const Operator& entry, const Inputs& inputs,
                 const std::vector<Value>& outputs) {
  if (entry.group == OperatorGroup::elementwise) return elementwise(node, inputs, outputs);
  Counted counted;
  auto& layer = counted.layer;
  layer.operation = entry.operation.empty() ? to_lower(node.type()) : std::string(entry.operation);
  if (entry.group == OperatorGroup::data_dependent)
    return unknown("the size of its output depends on the data");
  if (!outputs.front().shape) return unknown(no_output_shape);
  const double results = outputs.front().elements();
  switch (entry.group) {
    case OperatorGroup::view:
      counted.view = true;
      [[fallthrough]];
    case OperatorGroup::movement:
      layer.kind = LayerKind::movement;
      if (node.type() == "Concat" || node.type() == "Expand" || node.type() == "Tile")
        for (std::size_t i = 0; i < inputs.size(); ++i) counted.weight_inputs.insert(i);
      break;
    case OperatorGroup::pooling: {
      const auto kernel = node.integers("kernel_shape");
      const double area = std::accumulate(kernel.begin(), kernel.end(), 1.0,
                                          [](double p, auto k) { return p * static_cast<double>(k); });
      count_elements(layer, LayerKind::pooling, results, area);
      break;
    }
    case OperatorGroup::global_pooling:
    case OperatorGroup::reduction:
      if (shape_of(inputs, 0) == nullptr) return unknown(no_input_shape);
      count_elements(layer, LayerKind::pooling, inputs[0]->elements(), flops_per_element(layer.operation));
      break;
    case OperatorGroup::normalisation:
      count_elements(layer, LayerKind::normalisation, results, flops_per_element(layer.operation));
      counted.weight_inputs = {1, 2};
      break;
    case OperatorGroup::random:
    case OperatorGroup::elementwise:
    case OperatorGroup::data_dependent:
      count_elements(layer, LayerKind::elementwise, results, 1);
      break;
  }
  return counted;
}

Outcome count_known(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs) {
  const auto& type = node.type();
  if (type == "Conv" || type == "ConvInteger" || type == "ConvTranspose" || type == "DeformConv" ||
      type == "FusedConv")
    return convolution(node, inputs, outputs,
                       {.data = 0, .weight = 1, .bias = type == "DeformConv" ? 3U : 2U});
  if (type == "QLinearConv") return convolution(node, inputs, outputs, {.data = 0, .weight = 3, .bias = 8});
  if (type == "MatMul" || type == "MatMulInteger") return matrix_product(inputs, outputs, 0, 1);
  if (type == "FusedMatMul")
    return matrix_product(inputs, outputs, 0, 1, node.integer("transA", 0) != 0,
                          node.integer("transB", 0) != 0);
  if (type == "MatMulNBits") return packed_product(node, inputs, outputs);
  if (is_attention(node)) return attention(node, inputs);
  if (type == "QLinearMatMul") return matrix_product(inputs, outputs, 0, 3);
  if (type == "Gemm" || type == "FusedGemm") return gemm(node, inputs, outputs);
  if (type == "Einsum") return einsum(node, inputs);
  if (type == "LSTM") return recurrent(node, inputs, 4);
  if (type == "GRU") return recurrent(node, inputs, 3);
  if (type == "RNN") return recurrent(node, inputs, 1);
  if (type == "Gather") return outputs.front().shape ? gather(inputs) : unknown(no_output_shape);
  if (const auto entry = find_operator(type)) return by_group(node, *entry, inputs, outputs);
  return unknown(node.standard() ? "an operator without a rule" : "a custom operator");
}

}  // namespace

Outcome count_node(const Node& node, const Inputs& inputs, const std::vector<Value>& outputs) {
  if (outputs.empty()) return unknown("it has no output");
  // ONNX Runtime's fused operators are named after what they fuse; names of other domains may mean anything.
  if (!node.standard() && node.proto().domain() != "com.microsoft") return unknown("a custom operator");
  auto counted = count_known(node, inputs, outputs);
  if (!counted) return counted;
  auto& layer = counted->layer;
  const auto rule = layer.operation.empty() ? to_lower(node.type()) : layer.operation;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] != nullptr && !inputs[i]->constant) layer.input_bytes += inputs[i]->bytes();
  for (const auto& output : outputs) layer.output_bytes += output.bytes();
  if (counted->view) layer.input_bytes = layer.output_bytes = layer.kernels = 0;
  if (layer.kind == LayerKind::embedding) layer.input_bytes += layer.output_bytes;  // the rows that are read
  layer.operation = rule;
  return counted;
}

}  // namespace joulecast::network::onnx_reader
