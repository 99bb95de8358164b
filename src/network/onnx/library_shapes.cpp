#include "network/onnx/library_shapes.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "network/onnx/schema.hpp"

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

/// One node, in the form that libonnx's rules ask for. Indices out of range throw or give nothing, and never
/// read beyond the end.
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

/// transpose, softmax and others index by these without a check.
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

/// Operators whose rules in libonnx 1.12 use dimensions or attributes without checking that they are there
/// (found by tests/unit/network/operators_test.cpp): the rules are used only where that is harmless.
bool library_is_safe(const Node& node, const Inputs& inputs) {
  const auto rank = [&](std::size_t i) {
    const auto* shape = shape_of(inputs, i);
    return shape == nullptr ? std::size_t{0} : shape->size();
  };
  const auto& type = node.type();
  if (!node.standard()) return false;  // classical machine learning and training: no layers of networks
  if (node.is_one_of({"SplitToSequence", "STFT", "EyeLike"})) return false;
  if (node.is_one_of({"Conv", "ConvTranspose", "ConvInteger"})) return rank(0) >= 3 && rank(1) == rank(0);
  if (type == "QLinearConv") return rank(0) >= 3 && rank(3) == rank(0);
  if (node.is_one_of({"LSTM", "GRU", "RNN"})) return rank(0) == 3 && rank(1) == 3 && rank(2) == 3;
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

/// Operators whose newer versions mean something else by the same name, so that the library's rule does not
/// hold.
bool is_newer_than_library(const Node& node, const Inputs& inputs, int opset) {
  if (!node.standard() || opset <= library_opset) return false;
  const auto& type = node.type();
  if (type.starts_with("Reduce")) return type != "ReduceSum";
  return node.is_one_of({"Split", "Resize"}) || (type == "Pad" && inputs.size() > 3);
}

}  // namespace

bool has_sane_attributes(const Node& node, const Inputs& inputs) {
  return attributes_are_sane(node) && axes_are_in_range(node, inputs);
}

std::vector<Value> library_outputs(const Node& node, const Inputs& inputs, int opset) {
  if (is_newer_than_library(node, inputs, opset) || !library_is_safe(node, inputs)) return {};
  return library_rule(node, inputs, opset);
}

}  // namespace joulecast::network::onnx_reader
