// If, Loop, Scan and the functions that a model defines. A body is counted as often as it is known to run.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "network/onnx/reader.hpp"

namespace joulecast::network::onnx_reader {
namespace {

constexpr int deepest_call = 24;
constexpr double most_trips = 1e6;

/// What is known inside a body about a value that changes from one iteration to the next.
Value changing(const Value* value) {
  Value result = value == nullptr ? Value{} : *value;
  result.data.reset();
  result.constant = false;
  result.weights.clear();
  return result;
}

Value scalar(int type) {
  Value value;
  value.type = type;
  value.shape = Shape{};
  return value;
}

/// The values of all iterations, stacked along a new first dimension.
Value stacked(Value value, std::optional<double> turns) {
  if (value.shape && turns) {
    value.shape->insert(value.shape->begin(), static_cast<std::int64_t>(*turns));
    if (!element_count(*value.shape)) value.shape.reset();
  } else {
    value.shape.reset();
  }
  value.data.reset();
  value.constant = false;
  return value;
}

double flops_from(const std::vector<Layer>& layers, std::size_t first) {
  return std::accumulate(layers.begin() + static_cast<std::ptrdiff_t>(first), layers.end(), 0.0,
                         [](double sum, const Layer& layer) { return sum + layer.flops; });
}

const onnx::GraphProto* graph_of(const Node& node, std::string_view name) {
  const auto* attribute = node.attribute(name);
  return attribute != nullptr && attribute->has_g() ? &attribute->g() : nullptr;
}

}  // namespace

Result<std::vector<Value>> Reader::run_subgraph(const onnx::GraphProto& graph, std::vector<Value> inputs,
                                                const Scope& outer, const NodeContext& context) {
  if (context.depth > deepest_call) return malformed("graphs are nested too deeply");
  Scope scope;
  scope.outer = &outer;
  for (int i = 0; i < graph.input_size(); ++i)
    scope.values[graph.input(i).name()] = static_cast<std::size_t>(i) < inputs.size()
                                              ? std::move(inputs[static_cast<std::size_t>(i)])
                                              : Value{};
  if (auto added = add_initializers(graph, scope); !added) return propagate(added.error());
  if (auto ran = run(graph.node(), scope, context); !ran) return propagate(ran.error());
  std::vector<Value> outputs;
  for (const auto& info : graph.output()) {
    const auto* value = scope.find(info.name());
    outputs.push_back(value == nullptr ? Value{} : *value);
  }
  return outputs;
}

Status Reader::run_if(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context) {
  const auto* taken = graph_of(node, "then_branch");
  const auto* refused = graph_of(node, "else_branch");
  if (taken == nullptr || refused == nullptr) return malformed("an If node lacks a branch");
  auto inside = context;
  ++inside.depth;
  inside.prefix += "if/";
  if (const auto* condition = data_of(inputs, 0); condition != nullptr && condition->values.size() == 1) {
    auto outputs = run_subgraph(condition->values.front() != 0 ? *taken : *refused, {}, scope, inside);
    if (!outputs) return propagate(outputs.error());
    define(node, std::move(*outputs), scope);
    return {};
  }
  // Which branch runs is not known: the more expensive one is counted.
  note("an If depends on the data: its dearer branch is counted");
  // Copying the layers collected so far takes time too, and counts towards the limit
  nodes_run_ += static_cast<int>(collected_.layers.size() / 64);
  const auto before = collected_;
  auto first = run_subgraph(*taken, {}, scope, inside);
  if (!first) return propagate(first.error());
  auto after_first = std::exchange(collected_, before);
  auto second = run_subgraph(*refused, {}, scope, inside);
  if (!second) return propagate(second.error());
  const bool first_dearer = flops_from(after_first.layers, before.layers.size()) >=
                            flops_from(collected_.layers, before.layers.size());
  if (first_dearer) collected_ = std::move(after_first);
  define(node, std::move(first_dearer ? *first : *second), scope);
  return {};
}

Status Reader::run_loop(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context) {
  const auto* body = graph_of(node, "body");
  if (body == nullptr) return malformed("a Loop node lacks its body");
  std::optional<double> turns;
  if (const auto* limit = data_of(inputs, 0); limit != nullptr && limit->values.size() == 1)
    turns = std::clamp(limit->values.front(), 0.0, most_trips);
  if (!turns) note("a Loop's number of turns depends on the data: its body is counted once");
  auto inside = context;
  ++inside.depth;
  inside.prefix += "loop/";
  inside.times = std::min(inside.times * turns.value_or(1), most_trips);
  std::vector<Value> states{scalar(onnx::TensorProto::INT64), scalar(onnx::TensorProto::BOOL)};
  for (std::size_t i = 2; i < inputs.size(); ++i) states.push_back(changing(inputs[i]));
  const auto carried = states.size() - 2;
  auto results = run_subgraph(*body, std::move(states), scope, inside);
  if (!results) return propagate(results.error());
  // Without the condition: first the states, then a stack for each further output
  std::vector<Value> outputs;
  for (std::size_t i = 1; i < results->size(); ++i) {
    auto& value = (*results)[i];
    outputs.push_back(i <= carried ? changing(&value) : stacked(std::move(value), turns));
  }
  define(node, std::move(outputs), scope);
  return {};
}

Status Reader::run_scan(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context) {
  const auto* body = graph_of(node, "body");
  const auto scanned =
      static_cast<std::size_t>(std::clamp<std::int64_t>(node.integer("num_scan_inputs", 0), 0, 1 << 16));
  if (body == nullptr || scanned == 0 || scanned > inputs.size())
    return malformed("a Scan node lacks its body or inputs");
  const auto carried = inputs.size() - scanned;
  const auto axes = node.integers("scan_input_axes");
  std::optional<double> turns;
  std::vector<Value> states;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto value = changing(inputs[i]);
    if (i >= carried && value.shape) {
      const auto axis = normal_axis(i - carried < axes.size() ? axes[i - carried] : 0, value.shape->size());
      if (!axis) return malformed("a Scan node goes along an axis that its input does not have");
      turns = static_cast<double>((*value.shape)[*axis]);
      value.shape->erase(value.shape->begin() + static_cast<std::ptrdiff_t>(*axis));
    }
    states.push_back(std::move(value));
  }
  if (!turns) note("a Scan's length is not known: its body is counted once");
  auto inside = context;
  ++inside.depth;
  inside.prefix += "scan/";
  inside.times = std::min(inside.times * turns.value_or(1), most_trips);
  auto results = run_subgraph(*body, std::move(states), scope, inside);
  if (!results) return propagate(results.error());
  for (std::size_t i = 0; i < results->size(); ++i)
    (*results)[i] = i < carried ? changing(&(*results)[i]) : stacked(std::move((*results)[i]), turns);
  define(node, std::move(*results), scope);
  return {};
}

Status Reader::run_function(const onnx::FunctionProto& function, const Node& node, const Inputs& inputs,
                            Scope& scope, const NodeContext& context) {
  if (context.depth > deepest_call)
    return malformed(fmt::format("function '{}' is nested too deeply", function.name()));
  Scope inner;
  for (int i = 0; i < function.input_size(); ++i) {
    const auto* value = input(inputs, static_cast<std::size_t>(i));
    inner.values[function.input(i)] = value == nullptr ? Value{} : *value;
  }
  auto inside = context;
  ++inside.depth;
  inside.prefix += (node.proto().name().empty() ? function.name() : node.proto().name()) + "/";
  for (const auto& opset : function.opset_import())
    if (opset.domain().empty())
      inside.opset = static_cast<int>(std::clamp<std::int64_t>(opset.version(), 0, 1000));
  // Attributes inside the function may refer to those of its call.
  Nodes nodes = function.node();
  for (auto& child : nodes) {
    auto* attributes = child.mutable_attribute();
    for (int i = attributes->size(); i-- > 0;) {
      auto& attribute = *attributes->Mutable(i);
      if (attribute.ref_attr_name().empty()) continue;
      const auto name = attribute.name();
      if (const auto* given = node.attribute(attribute.ref_attr_name())) {
        attribute = *given;
        attribute.set_name(name);
      } else {
        attributes->DeleteSubrange(i, 1);
      }
    }
  }
  if (auto ran = run(nodes, inner, inside); !ran) return ran;
  std::vector<Value> outputs;
  for (const auto& name : function.output()) {
    const auto* value = inner.find(name);
    outputs.push_back(value == nullptr ? Value{} : *value);
  }
  define(node, std::move(outputs), scope);
  return {};
}

}  // namespace joulecast::network::onnx_reader
