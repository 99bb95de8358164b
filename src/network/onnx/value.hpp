// What is known about a tensor while a graph is read, and the graph's nodes with their attributes.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "network/network.hpp"
#include "network/onnx/array.hpp"
#include "network/onnx/library.hpp"

namespace joulecast::network::onnx_reader {

/// A tensor of weights, wherever it is stored: counted once, where it is first used.
struct Weight {
  std::string name;
  std::int64_t elements = 0;
  int type = 0;
};

struct Value {
  std::optional<Shape> shape;
  int type = 0;                 ///< onnx::TensorProto::DataType, 0 = not known
  std::optional<Array> data;    ///< small and known
  bool constant = false;        ///< depends on no input of the graph
  std::vector<Weight> weights;  ///< that it is computed from, where constant
  int storage = 0;              ///< views share it
  int depth = 0;                ///< weighted layers on the longest path
  bool gradient = false;

  [[nodiscard]] double elements() const;  ///< 0 where the shape is not known
  [[nodiscard]] double bytes() const;
};

/// Bytes of an element, for the types of ONNX up to IR 11; 4-bit types count a half.
[[nodiscard]] double element_bytes(int type);
[[nodiscard]] bool is_floating(int type);
/// Types that weights are stored in: floating, and the small integers of quantised networks.
[[nodiscard]] bool is_weight_type(int type);

/// A node with quick access to its attributes. References the protobuf, which outlives it.
class Node {
 public:
  explicit Node(const onnx::NodeProto& proto) : proto_(proto) {}

  [[nodiscard]] const onnx::NodeProto& proto() const { return proto_; }
  [[nodiscard]] const std::string& type() const { return proto_.op_type(); }
  [[nodiscard]] bool standard() const { return proto_.domain().empty() || proto_.domain() == "ai.onnx"; }
  [[nodiscard]] bool is_one_of(std::initializer_list<std::string_view> types) const {
    return std::ranges::find(types, std::string_view(type())) != types.end();
  }
  /// "Conv", or "com.microsoft::Attention".
  [[nodiscard]] std::string full_type() const;
  [[nodiscard]] const onnx::AttributeProto* attribute(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback) const;
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name, const std::string& fallback) const;

 private:
  const onnx::NodeProto& proto_;
};

/// What a node reads, in order; nullptr for an input that is left out or not known.
using Inputs = std::vector<const Value*>;

/// The node's operand, or nullptr.
[[nodiscard]] inline const Value* input(const Inputs& inputs, std::size_t index) {
  return index < inputs.size() ? inputs[index] : nullptr;
}
[[nodiscard]] inline const Shape* shape_of(const Inputs& inputs, std::size_t index) {
  const auto* value = input(inputs, index);
  return value != nullptr && value->shape ? &*value->shape : nullptr;
}
[[nodiscard]] inline const Array* data_of(const Inputs& inputs, std::size_t index) {
  const auto* value = input(inputs, index);
  return value != nullptr && value->data ? &*value->data : nullptr;
}

/// A tensor stored in the file: shape, type, and its numbers where they are few and present.
[[nodiscard]] Value read_tensor(const onnx::TensorProto& tensor);

/// evaluate.cpp: the output's numbers, where they follow from known ones.
[[nodiscard]] std::optional<Array> evaluate(const Node& node, const Inputs& inputs);
/// Slice's ranges, from attributes (before opset 10) or known inputs.
[[nodiscard]] std::optional<Slicing> read_slicing(const Node& node, const Inputs& inputs);

/// shapes.cpp: type and shape of every output. An output has no shape if no rule gives it.
[[nodiscard]] std::vector<Value> infer_outputs(const Node& node, const Inputs& inputs, int opset);

/// layers.cpp: what the node computes; nothing, with the reason, if that is unknown.
struct Counted {
  Layer layer;
  bool view = false;                    ///< its output is its input under another name
  bool weighted = false;                ///< has parameters that are learned through a matrix product
  std::set<std::size_t> weight_inputs;  ///< whose weights are parameters
  /// Parameters that a tensor stands for which packs several into a byte.
  std::optional<std::int64_t> weights_of_packed = std::nullopt;
  /// What a fused operator computes after `layer`, on activations alone.
  std::optional<Layer> inner = std::nullopt;
};
[[nodiscard]] tl::expected<Counted, std::string> count_node(const Node& node, const Inputs& inputs,
                                                            const std::vector<Value>& outputs);

}  // namespace joulecast::network::onnx_reader
