// Output types and shapes of one node: libonnx's rule for it, guarded against attributes that the rule would
// divide or index by; our own rules for operators whose signature is newer than the library, and where it
// gives nothing.

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>

#include "network/onnx/schema.hpp"
#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {
namespace {

using onnx::TensorProto;
using onnx::TypeProto;

/// The newest operator set whose meaning libonnx knows.
constexpr int library_opset = 17;

TypeProto to_type(const Value& value) {
  TypeProto type;
  auto* tensor = type.mutable_tensor_type();
  tensor->set_elem_type(value.type);
  if (value.shape) {
    tensor->mutable_shape();
    for (const auto side : *value.shape) tensor->mutable_shape()->add_dim()->set_dim_value(side);
  }
  return type;
}

/// Known numbers in the form that the library's rules read.
std::optional<TensorProto> to_tensor(const Value& value) {
  if (!value.data) return std::nullopt;
  TensorProto tensor;
  tensor.set_data_type(value.type);
  for (const auto side : value.data->shape) tensor.add_dims(side);
  for (const auto number : value.data->values) switch (value.type) {
      case TensorProto::INT64:
        tensor.add_int64_data(to_integer(number));
        break;
      case TensorProto::INT32:
      case TensorProto::BOOL:
        tensor.add_int32_data(static_cast<std::int32_t>(to_integer(number)));
        break;
      case TensorProto::FLOAT:
        tensor.add_float_data(static_cast<float>(number));
        break;
      case TensorProto::DOUBLE:
        tensor.add_double_data(number);
        break;
      default:
        return std::nullopt;
    }
  return tensor;
}

/// One node, as libonnx's rules ask for it. Out-of-range questions throw or get nothing; they never read
/// beyond.
class NodeContext : public onnx::InferenceContext {
 public:
  NodeContext(const Node& node, const Inputs& inputs) : node_(node) {
    for (const auto* value : inputs) {
      const bool typed = value != nullptr && value->type != 0;
      types_.push_back(typed ? std::optional(to_type(*value)) : std::nullopt);
      tensors_.push_back(typed ? to_tensor(*value) : std::nullopt);
    }
    outputs_.resize(static_cast<std::size_t>(node.proto().output_size()));
  }

  const onnx::AttributeProto* getAttribute(const std::string& name) const override {
    return node_.attribute(name);
  }
  std::size_t getNumInputs() const override { return types_.size(); }
  const TypeProto* getInputType(std::size_t index) const override {
    return index < types_.size() && types_[index] ? &*types_[index] : nullptr;
  }
  const TensorProto* getInputData(std::size_t index) const override {
    return index < tensors_.size() && tensors_[index] ? &*tensors_[index] : nullptr;
  }
  std::size_t getNumOutputs() const override { return outputs_.size(); }
  TypeProto* getOutputType(std::size_t index) override { return &outputs_.at(index); }
  onnx::GraphInferencer* getGraphAttributeInferencer(const std::string& name) override {
    throw std::runtime_error("no inference of the graph in " + name);
  }
  const onnx::SparseTensorProto* getInputSparseData(std::size_t) const override { return nullptr; }
  const onnx::TensorShapeProto* getSymbolicInput(std::size_t) const override { return nullptr; }

  [[nodiscard]] const std::vector<TypeProto>& outputs() const { return outputs_; }

 private:
  const Node& node_;
  std::vector<std::optional<TypeProto>> types_;
  std::vector<std::optional<TensorProto>> tensors_;
  std::vector<TypeProto> outputs_;
};

Value from_type(const TypeProto& type) {
  Value value;
  if (!type.has_tensor_type()) return value;
  value.type = type.tensor_type().elem_type();
  if (!type.tensor_type().has_shape()) return value;
  Shape shape;
  for (const auto& side : type.tensor_type().shape().dim()) {
    if (!side.has_dim_value()) return value;
    shape.push_back(side.dim_value());
  }
  if (element_count(shape)) value.shape = std::move(shape);
  return value;
}

/// Attributes that a rule divides by, multiplies with or counts to must be sane before the library sees them.
bool attributes_are_sane(const Node& node) {
  constexpr std::int64_t largest = 1 << 24;
  static constexpr std::array<std::string_view, 8> positive{"strides",     "dilations",  "kernel_shape",
                                                            "group",       "blocksize",  "num_groups",
                                                            "num_outputs", "hidden_size"};
  static constexpr std::array<std::string_view, 8> bounded{
      "axis", "axes", "perm", "pads", "output_padding", "output_shape", "split", "batch_axis"};
  for (const auto& attribute : node.proto().attribute()) {
    const auto within = [&](std::int64_t lowest) {
      const auto fits = [&](std::int64_t v) { return v >= lowest && v <= largest; };
      return (!attribute.has_i() || fits(attribute.i())) && std::ranges::all_of(attribute.ints(), fits);
    };
    if (std::ranges::find(positive, attribute.name()) != positive.end() && !within(1)) return false;
    if (std::ranges::find(bounded, attribute.name()) != bounded.end() && !within(-largest)) return false;
  }
  return true;
}

/// transpose, softmax and others index by these without asking.
bool axes_are_in_range(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr) return true;
  const auto rank = static_cast<std::int64_t>(shape->size());
  const auto axis = node.integer("axis", 0);
  if (axis < -rank - 1 || axis > rank) return false;
  const auto order = node.integers("perm");
  if (order.empty()) return true;
  std::vector<bool> seen(shape->size(), false);
  for (const auto position : order) {
    if (position < 0 || position >= rank || seen[static_cast<std::size_t>(position)]) return false;
    seen[static_cast<std::size_t>(position)] = true;
  }
  return order.size() == shape->size();
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, type) != names.end();
}

/// Operators whose rules in libonnx 1.12 index their operands' dimensions or read attributes without asking
/// first (found by tests/unit/network/operators_test.cpp): asked only where that is harmless.
bool library_is_safe(const Node& node, const Inputs& inputs) {
  const auto rank = [&](std::size_t i) {
    const auto* shape = shape_of(inputs, i);
    return shape == nullptr ? std::size_t{0} : shape->size();
  };
  const auto& type = node.type();
  if (!node.standard()) return false;  // classical machine learning and training: no layers of networks
  if (is_one_of(type, {"SplitToSequence", "STFT", "EyeLike"})) return false;
  if (is_one_of(type, {"Conv", "ConvTranspose", "ConvInteger"})) return rank(0) >= 3 && rank(1) == rank(0);
  if (type == "QLinearConv") return rank(0) >= 3 && rank(3) == rank(0);
  if (is_one_of(type, {"LSTM", "GRU", "RNN"})) return rank(0) == 3 && rank(1) == 3 && rank(2) == 3;
  if (type == "Gemm") return rank(0) == 2 && rank(1) == 2;
  if (type == "MaxUnpool") return rank(0) >= 3 && rank(1) == rank(0);
  if (type == "GatherND") {
    const auto batches = node.integer("batch_dims", 0);
    return rank(0) >= 1 && rank(1) >= 1 && batches >= 0 &&
           batches < static_cast<std::int64_t>(std::min(rank(0), rank(1)));
  }
  return true;
}

std::vector<Value> library_rule(const Node& node, const Inputs& inputs, int opset) {
  try {
    const auto* schema = onnx::OpSchemaRegistry::Schema(node.type(), std::min(opset, library_opset));
    if (schema == nullptr || schema->Deprecated()) return {};
    schema->Verify(node.proto());
    NodeContext context(node, inputs);
    schema->GetTypeAndShapeInferenceFunction()(context);
    std::vector<Value> outputs;
    for (const auto& type : context.outputs()) outputs.push_back(from_type(type));
    return outputs;
  } catch (const std::exception&) {
    return {};  // the node does not fit its schema: our own rules may still know its shape
  }
}

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

bool is_reduction(std::string_view type) {
  return type.starts_with("Reduce");
}

/// Operators whose newer versions mean something else by the same name, so that the library must not be
/// asked.
bool is_newer_than_library(const Node& node, const Inputs& inputs, int opset) {
  if (!node.standard() || opset <= library_opset) return false;
  const auto& type = node.type();
  if (is_reduction(type)) return type != "ReduceSum";
  return is_one_of(type, {"Split", "Resize"}) || (type == "Pad" && inputs.size() > 3);
}

std::optional<Shape> own_shape(const Node& node, const Inputs& inputs) {
  const auto& type = node.type();
  if (is_reduction(type)) return reduced(node, inputs);
  if (type == "Pad") return padded(inputs);
  if (type == "Resize" || type == "Upsample") return resized(node, inputs);
  if (type == "Slice") return sliced(node, inputs);
  // Elementwise operators newer than the library, and those of ONNX Runtime's own domain.
  if (is_one_of(type, {"Gelu",
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
  if (is_one_of(type, {"BitwiseAnd", "BitwiseOr", "BitwiseXor", "Equal", "Max", "Min"})) {
    const auto* a = shape_of(inputs, 0);
    const auto* b = shape_of(inputs, 1);
    return a != nullptr && b != nullptr ? broadcast_shape(*a, *b) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Value> infer_outputs(const Node& node, const Inputs& inputs, int opset) {
  const auto count = static_cast<std::size_t>(node.proto().output_size());
  if (!attributes_are_sane(node) || !axes_are_in_range(node, inputs)) return std::vector<Value>(count);
  std::vector<Value> outputs;
  if (!is_newer_than_library(node, inputs, opset) && library_is_safe(node, inputs))
    outputs = library_rule(node, inputs, opset);
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
