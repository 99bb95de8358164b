// Output types and shapes of one node: by libonnx's rule if it has one (library_shapes.hpp), else by our own
// rules. These cover operators that are newer than the library, and those for which it gives no shape.

#include <algorithm>
#include <cmath>
#include <set>

#include "network/onnx/attention.hpp"
#include "network/onnx/einsum.hpp"
#include "network/onnx/library.hpp"
#include "network/onnx/library_shapes.hpp"

namespace joulecast::network::onnx_reader {
namespace {

/// Axes that a reduction, squeeze or pad names: an attribute in old operator sets, an input in newer ones.
std::optional<std::set<std::size_t>> axes(const Node& node, const Inputs& inputs, std::size_t index,
                                          std::size_t rank) {
  std::vector<std::int64_t> given = node.integers("axes");
  if (given.empty() && input(inputs, index) != nullptr) {
    if (data_of(inputs, index) == nullptr) return std::nullopt;
    given = to_integers(*inputs[index]->data);
  }
  std::set<std::size_t> result;
  for (const auto axis : given) {
    const auto normal = normal_axis(axis, rank);
    if (!normal) return std::nullopt;
    result.insert(*normal);
  }
  return result;
}

std::optional<Shape> reduced(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr) return std::nullopt;
  auto named = axes(node, inputs, 1, shape->size());
  if (!named) return std::nullopt;
  if (named->empty()) {
    if (node.integer("noop_with_empty_axes", 0) != 0) return *shape;
    for (std::size_t i = 0; i < shape->size(); ++i) named->insert(i);
  }
  Shape result;
  for (std::size_t i = 0; i < shape->size(); ++i) {
    if (!named->contains(i))
      result.push_back((*shape)[i]);
    else if (node.integer("keepdims", 1) != 0)
      result.push_back(1);
  }
  return result;
}

std::optional<Shape> padded(const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr || data_of(inputs, 1) == nullptr) return std::nullopt;
  const auto pads = to_integers(*inputs[1]->data);
  auto result = *shape;
  std::vector<std::int64_t> named;
  if (input(inputs, 3) != nullptr) {
    if (data_of(inputs, 3) == nullptr) return std::nullopt;
    named = to_integers(*inputs[3]->data);
  } else {
    for (std::size_t i = 0; i < shape->size(); ++i) named.push_back(static_cast<std::int64_t>(i));
  }
  if (pads.size() != 2 * named.size()) return std::nullopt;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto axis = normal_axis(named[i], result.size());
    if (!axis) return std::nullopt;
    result[*axis] += pads[i] + pads[i + named.size()];
  }
  return result;
}

std::optional<Shape> resized(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr) return std::nullopt;
  const bool upsample = node.type() == "Upsample";
  const auto* sizes = upsample ? nullptr : data_of(inputs, 3);
  const auto* scales = data_of(inputs, upsample || inputs.size() == 2 ? 1 : 2);
  const auto* chosen = sizes != nullptr && !sizes->values.empty() ? sizes : scales;
  if (chosen == nullptr) return std::nullopt;
  std::vector<std::int64_t> named = node.integers("axes");
  if (named.empty())
    for (std::size_t i = 0; i < shape->size(); ++i) named.push_back(static_cast<std::int64_t>(i));
  if (chosen->values.size() != named.size()) return std::nullopt;
  auto result = *shape;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto axis = normal_axis(named[i], result.size());
    if (!axis) return std::nullopt;
    const double size = chosen == sizes ? chosen->values[i]
                                        : std::floor(static_cast<double>(result[*axis]) * chosen->values[i]);
    result[*axis] = to_integer(size);
  }
  return result;
}

/// Every output of a Split; equal parts where no sizes are given.
std::vector<Value> split_outputs(const Node& node, const Inputs& inputs) {
  const auto count = static_cast<std::size_t>(node.proto().output_size());
  std::vector<Value> outputs(count);
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr || count == 0) return outputs;
  const auto axis = normal_axis(node.integer("axis", 0), shape->size());
  if (!axis || (input(inputs, 1) != nullptr && data_of(inputs, 1) == nullptr)) return outputs;
  auto sizes = input(inputs, 1) != nullptr ? to_integers(*inputs[1]->data) : node.integers("split");
  if (sizes.empty()) {
    const auto parts = static_cast<std::int64_t>(count);
    const auto each = ((*shape)[*axis] + parts - 1) / parts;  // opset 18: the last part may be smaller
    sizes.assign(count, each);
    sizes.back() = (*shape)[*axis] - each * (parts - 1);
  }
  if (sizes.size() != count) return outputs;
  for (std::size_t i = 0; i < count; ++i) {
    outputs[i].type = inputs.front()->type;
    auto part = *shape;
    part[*axis] = sizes[i];
    if (element_count(part)) outputs[i].shape = std::move(part);
  }
  return outputs;
}

std::optional<Shape> sliced(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  const auto slicing = read_slicing(node, inputs);
  return shape != nullptr && slicing ? slice_shape(*shape, *slicing) : std::nullopt;
}

/// The last two sides of a [..., m, k] x [..., k, n], turned first where the node says so.
std::optional<Shape> fused_product(const Node& node, const Inputs& inputs) {
  const auto* a = shape_of(inputs, 0);
  const auto* b = shape_of(inputs, 1);
  if (a == nullptr || b == nullptr || a->size() < 2 || b->size() < 2) return std::nullopt;
  // transBatchA and transBatchB: the first dimension stands before the last one.
  const auto matrix = [&](Shape shape, const char* batch, const char* turned) {
    if (node.integer(batch, 0) != 0 && shape.size() > 2)
      std::rotate(shape.begin(), shape.begin() + 1, shape.end() - 1);
    if (node.integer(turned, 0) != 0) std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    return shape;
  };
  const auto left = matrix(*a, "transBatchA", "transA"), right = matrix(*b, "transBatchB", "transB");
  if (left.back() != right[right.size() - 2]) return std::nullopt;
  auto result = broadcast_shape(Shape(left.begin(), left.end() - 2), Shape(right.begin(), right.end() - 2));
  if (!result) return std::nullopt;
  result->push_back(left[left.size() - 2]);
  result->push_back(right.back());
  return result;
}

/// [..., k] x packed weights -> [..., n]
std::optional<Shape> packed_product(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr || shape->empty() || shape->back() != node.integer("K", 0)) return std::nullopt;
  auto result = *shape;
  result.back() = node.integer("N", 0);
  return result;
}

std::optional<Shape> own_shape(const Node& node, const Inputs& inputs) {
  const auto& type = node.type();
  if (type == "Einsum") {
    const auto contraction = read_einsum(node, inputs);
    return contraction ? std::optional(contraction->output) : std::nullopt;
  }
  if (is_attention(node)) {
    const auto sizes = read_attention(node, inputs);
    return sizes ? std::optional(sizes->output) : std::nullopt;
  }
  if (type == "FusedMatMul") return fused_product(node, inputs);
  if (type == "MatMulNBits") return packed_product(node, inputs);
  if (type.starts_with("Reduce")) return reduced(node, inputs);
  if (type == "Pad") return padded(inputs);
  if (type == "Resize" || type == "Upsample") return resized(node, inputs);
  if (type == "Slice") return sliced(node, inputs);
  // Elementwise operators newer than the library, and those of ONNX Runtime's own domain.
  if (node.is_one_of({"Gelu",
                      "Mish",
                      "HardSwish",
                      "GroupNormalization",
                      "RMSNormalization",
                      "Cast",
                      "Swish",
                      "FastGelu",
                      "QuickGelu",
                      "BiasGelu",
                      "SkipLayerNormalization",
                      "SimplifiedLayerNormalization",
                      "SkipSimplifiedLayerNormalization",
                      "LayerNormalization",
                      "RotaryEmbedding",
                      "IsInf",
                      "IsNaN",
                      "DequantizeLinear",
                      "QuantizeLinear",
                      "EyeLike"})) {
    const auto* shape = shape_of(inputs, 0);
    return shape == nullptr ? std::nullopt : std::optional(*shape);
  }
  if (node.is_one_of({"BitwiseAnd", "BitwiseOr", "BitwiseXor", "Equal", "Max", "Min"})) {
    const auto* a = shape_of(inputs, 0);
    const auto* b = shape_of(inputs, 1);
    return a != nullptr && b != nullptr ? broadcast_shape(*a, *b) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

namespace {

/// ONNX Runtime's FusedConv and FusedGemm are the standard operators with an activation behind them.
std::vector<Value> as_standard(const Node& node, Inputs inputs, int opset) {
  auto proto = node.proto();
  proto.set_domain("");
  proto.set_op_type(node.type().substr(std::string_view("Fused").size()));
  auto& attributes = *proto.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i)
    if (attributes.Get(i).name().starts_with("activation")) attributes.DeleteSubrange(i, 1);
  constexpr std::size_t operands = 3;  // the fourth of FusedConv is added to the result
  inputs.resize(std::min(inputs.size(), operands));
  while (proto.input_size() > static_cast<int>(operands)) proto.mutable_input()->RemoveLast();
  return library_outputs(Node(proto), inputs, opset);
}

}  // namespace

std::vector<Value> infer_outputs(const Node& node, const Inputs& inputs, int opset) {
  const auto count = static_cast<std::size_t>(node.proto().output_size());
  if (!has_sane_attributes(node, inputs)) return std::vector<Value>(count);
  const bool fused = node.proto().domain() == "com.microsoft" && node.is_one_of({"FusedConv", "FusedGemm"});
  auto outputs = fused ? as_standard(node, inputs, opset) : library_outputs(node, inputs, opset);
  outputs.resize(count);
  if (count == 0 || outputs.front().shape) return outputs;
  if (node.type() == "Split") return split_outputs(node, inputs);
  outputs.front().shape = own_shape(node, inputs);
  if (outputs.front().shape && !element_count(*outputs.front().shape)) outputs.front().shape.reset();
  if (outputs.front().type == 0 && input(inputs, 0) != nullptr)
    outputs.front().type =
        node.type() == "Cast" ? static_cast<int>(node.integer("to", 0)) : inputs.front()->type;
  return outputs;
}

}  // namespace joulecast::network::onnx_reader
