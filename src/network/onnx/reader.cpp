#include "network/onnx/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "network/cost.hpp"

namespace joulecast::network {
namespace onnx_reader {
namespace {

// In all graphs and functions, each time they run; the largest exports have 50,000
constexpr int most_nodes = 500'000;
constexpr int library_ir = 8;
constexpr int library_opset = 17;

bool is_weighted(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::depthwise || kind == LayerKind::pointwise ||
         kind == LayerKind::dense || kind == LayerKind::recurrent;
}

std::string function_key(const std::string& domain, const std::string& name) {
  return domain + "::" + name;
}

void add_weights(std::vector<Weight>& all, const std::vector<Weight>& more) {
  constexpr std::size_t most = 64;  // a constant computed from more tensors than this is no weight
  for (const auto& weight : more)
    if (all.size() < most &&
        std::ranges::none_of(all, [&](const Weight& w) { return w.name == weight.name; }))
      all.push_back(weight);
}

/// The tensor of a Constant or ConstantOfShape node is a weight, named as the node's output.
void name_weights(const Node& node, std::vector<Value>& outputs) {
  auto& value = outputs.front();
  value.constant = true;
  value.weights.clear();
  const auto count = value.shape ? element_count(*value.shape) : std::nullopt;
  if (count && *count > 1) value.weights.push_back({node.proto().output(0), *count, value.type});
}

/// Scales what was counted for the whole batch to one sample, `times` over.
void scale(Layer& layer, double batch, double times) {
  for (auto* figure : {&layer.macs, &layer.flops, &layer.backward_flops, &layer.input_bytes,
                       &layer.output_bytes, &layer.saved_bytes})
    *figure *= times / batch;
  layer.kernels = static_cast<int>(std::min(layer.kernels * times, 1e6));
  if (!layer.product) return;
  // A product between activations has one matrix for each sample; a weighted one has rows for each sample.
  auto& shared = layer.kind == LayerKind::attention ? layer.product->groups : layer.product->rows;
  shared /= batch;
  layer.product->groups *= times;
}

}  // namespace

const Value* Scope::find(const std::string& name) const {
  for (const auto* scope = this; scope != nullptr; scope = scope->outer)
    if (const auto found = scope->values.find(name); found != scope->values.end()) return &found->second;
  return nullptr;
}

Reader::Reader(const onnx::ModelProto& model, std::string where, const OnnxOptions& options)
    : model_(model), where_(std::move(where)), options_(options) {
  for (const auto& function : model.functions())
    functions_[function_key(function.domain(), function.name())] = &function;
}

Failure Reader::malformed(const std::string& message) const {
  return fail(ErrorKind::malformed, where_, "{}", message);
}

void Reader::note(std::string text) {
  if (std::ranges::find(features_.notes, text) == features_.notes.end())
    features_.notes.push_back(std::move(text));
}

Result<ArchitectureFeatures> Reader::read() {
  const auto& graph = model_.graph();
  auto bound = bind_inputs(graph, where_, options_);
  if (!bound) return propagate(bound.error());
  features_.name = graph.name();
  features_.origin = where_;
  features_.batch = bound->batch;
  Scope scope;
  for (std::size_t i = 0; i < bound->inputs.size(); ++i) {
    Value value;
    value.type = bound->types[i];
    if (value.type != 0) value.shape = bound->inputs[i].shape;
    value.storage = next_storage_++;
    if (is_floating(value.type) && features_.inputs.empty())
      features_.element_bytes = static_cast<int>(std::max(1.0, element_bytes(value.type)));
    scope.values[bound->inputs[i].name] = std::move(value);
    features_.inputs.push_back(std::move(bound->inputs[i]));
  }
  if (auto added = add_initializers(graph, scope); !added) return propagate(added.error());
  for (const auto& info : graph.value_info())
    if (auto shape = bind_shape(info.type(), bound->dimensions))
      recorded_shapes_[info.name()] = std::move(*shape);

  NodeContext context;
  for (const auto& opset : model_.opset_import())
    if (opset.domain().empty() || opset.domain() == "ai.onnx")
      context.opset = static_cast<int>(std::clamp<std::int64_t>(opset.version(), 0, 1000));
  if (context.opset == 0) context.opset = model_.ir_version() < 3 ? 1 : library_opset;
  if (model_.ir_version() > library_ir || context.opset > library_opset)
    note(
        fmt::format("IR version {} and operator set {}: operators newer than operator set {} are counted "
                    "where a rule is known",
                    model_.ir_version(), context.opset, library_opset));
  if (auto ran = run(graph.node(), scope, context); !ran) return propagate(ran.error());

  note_folded_normalisation();
  features_.layers = std::move(collected_.layers);
  for (auto& [key, missed] : collected_.uncounted) features_.uncounted.push_back(std::move(missed));
  std::ranges::stable_sort(features_.uncounted, std::ranges::greater{}, &Uncounted::nodes);
  return std::move(features_);
}

void Reader::note_folded_normalisation() {
  constexpr int suspicious = 10;  // a network with so many convolutions is rarely built without normalisation
  int convolutions = 0;
  for (const auto& layer : collected_.layers) {
    const bool softmax = layer.operation.ends_with("oftmax");
    if (layer.kind == LayerKind::normalisation && !softmax) return;
    convolutions += layer.kind == LayerKind::convolution || layer.kind == LayerKind::depthwise ? 1 : 0;
  }
  if (convolutions >= suspicious)
    note(
        "no normalisation between its convolutions: if the network has any, the export folded it away; "
        "export in "
        "training mode to have its cost counted");
}

Status Reader::add_initializers(const onnx::GraphProto& graph, Scope& scope) {
  for (const auto& tensor : graph.initializer()) scope.values[tensor.name()] = read_tensor(tensor);
  for (const auto& sparse : graph.sparse_initializer()) {
    auto value = read_tensor(sparse.values());
    value.data.reset();
    value.shape = Shape(sparse.dims().begin(), sparse.dims().end());
    if (!element_count(*value.shape))
      return malformed(fmt::format("'{}' has impossible dimensions", sparse.values().name()));
    scope.values[sparse.values().name()] = std::move(value);
  }
  return {};
}

Status Reader::run(const Nodes& nodes, Scope& scope, const NodeContext& context) {
  const auto order = computable_order(nodes, scope);
  if (!order) return malformed(order.error());
  for (const int index : *order) {
    if (++nodes_run_ > most_nodes) return malformed(fmt::format("more than {} nodes are run", most_nodes));
    if (auto ran = run_node(nodes[index], scope, context); !ran) return ran;
  }
  return {};
}

Status Reader::run_node(const onnx::NodeProto& proto, Scope& scope, const NodeContext& context) {
  const Node node(proto);
  Inputs inputs;
  for (const auto& name : proto.input()) inputs.push_back(name.empty() ? nullptr : scope.find(name));
  if (const auto function = functions_.find(function_key(proto.domain(), proto.op_type()));
      function != functions_.end())
    return run_function(*function->second, node, inputs, scope, context);
  if (node.standard() && node.type() == "If") return run_if(node, inputs, scope, context);
  if (node.standard() && node.type() == "Loop") return run_loop(node, inputs, scope, context);
  if (node.standard() && node.type() == "Scan" && context.opset >= 9)
    return run_scan(node, inputs, scope, context);
  run_plain(node, inputs, scope, context);
  return {};
}

void Reader::run_plain(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context) {
  auto outputs = infer_outputs(node, inputs, context.opset);
  if (outputs.empty()) return;
  for (int i = 0; i < node.proto().output_size() && context.depth == 0; ++i) {
    auto& shape = outputs[static_cast<std::size_t>(i)].shape;
    const auto recorded = recorded_shapes_.find(node.proto().output(i));
    if (!shape && recorded != recorded_shapes_.end()) shape = recorded->second;
  }
  const bool makes_constant =
      node.standard() && (node.type() == "Constant" || node.type() == "ConstantOfShape");
  const bool asks_shape = node.standard() && (node.type() == "Shape" || node.type() == "Size");
  const bool from_constants = !inputs.empty() && std::ranges::all_of(inputs, [](const Value* v) {
    return v == nullptr || v->constant;
  });
  if (auto data = evaluate(node, inputs)) {
    auto& first = outputs.front();
    if (first.type == 0)
      first.type =
          asks_shape || inputs.empty() ? static_cast<int>(onnx::TensorProto::INT64) : inputs.front()->type;
    first.shape = data->shape;
    first.data = std::move(*data);
  }
  if (makes_constant) {
    name_weights(node, outputs);
  } else if (from_constants || outputs.front().data) {
    for (auto& output : outputs) {
      output.constant = true;
      for (const auto* value : inputs)
        if (value != nullptr && !asks_shape) add_weights(output.weights, value->weights);
    }
  } else if (auto counted = count_node(node, inputs, outputs)) {
    add_layer(node, inputs, std::move(*counted), outputs, context);
  } else {
    add_uncounted(node, inputs, counted.error());
    for (auto& output : outputs) output.storage = next_storage_++;
  }
  define(node, std::move(outputs), scope);
}

std::int64_t Reader::take_parameters(const Value& value) {
  std::int64_t sum = 0;
  for (const auto& weight : value.weights)
    if (is_weight_type(weight.type) && collected_.counted_weights.insert(weight.name).second)
      sum += std::min(weight.elements, std::int64_t{1} << 50);
  return sum;
}

double Reader::keep(const Value& value) {
  return collected_.kept.insert(value.storage).second ? value.bytes() : 0;
}

void Reader::add_layer(const Node& node, const Inputs& inputs, Counted counted, std::vector<Value>& outputs,
                       const NodeContext& context) {
  auto& layer = counted.layer;
  bool gradient = false;
  int depth = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto* value = inputs[i];
    if (value == nullptr) continue;
    gradient |= value->gradient;
    depth = std::max(depth, value->depth);
    if (!value->constant) continue;
    if (counted.weight_inputs.contains(i)) {
      const auto taken = take_parameters(*value);
      layer.parameters += taken > 0 && counted.weights_of_packed ? *counted.weights_of_packed : taken;
    }
    if (layer.kind != LayerKind::embedding && is_weight_type(value->type))
      layer.weight_bytes += value->bytes();
  }
  if (is_weighted(layer.kind)) ++depth;
  count_backward(layer, gradient);
  const auto kept = kept_for_backward(layer.kind, layer.operation);
  if (kept.inputs)
    for (const auto* value : inputs)
      if (value != nullptr && !value->constant) layer.saved_bytes += keep(*value);
  for (auto& output : outputs) {
    output.storage = counted.view && input(inputs, 0) != nullptr ? inputs[0]->storage : next_storage_++;
    output.depth = depth;
    output.gradient = gradient || layer.parameters > 0 || counted.weighted;
  }
  if (kept.output) layer.saved_bytes += keep(outputs.front());
  layer.saved_bytes += kept.extra_bytes_per_output * outputs.front().elements();
  features_.depth = std::max(features_.depth, depth);

  const auto& proto = node.proto();
  layer.name = context.prefix + (proto.name().empty() ? proto.output(0) : proto.name());
  if (const int again = names_[layer.name]++; again > 0) layer.name += fmt::format("#{}", again + 1);
  layer.operation = node.full_type();
  if (outputs.front().shape) layer.output = *outputs.front().shape;
  scale(layer, static_cast<double>(features_.batch), context.times);
  if (counted.inner) {
    auto& inner = *counted.inner;
    count_backward(inner, true);
    inner.name = layer.name + "/inner";
    inner.operation = layer.operation;
    inner.output = layer.output;
    scale(inner, static_cast<double>(features_.batch), context.times);
  }
  collected_.layers.push_back(std::move(layer));
  if (counted.inner) collected_.layers.push_back(std::move(*counted.inner));
}

void Reader::add_uncounted(const Node& node, const Inputs& inputs, const std::string& reason) {
  auto& entry = collected_.uncounted[{node.full_type(), reason}];
  entry.operation = node.full_type();
  entry.reason = reason;
  ++entry.nodes;
  for (const auto* value : inputs)
    if (value != nullptr && value->constant) entry.parameters += take_parameters(*value);
}

void Reader::define(const Node& node, std::vector<Value> outputs, Scope& scope) {
  for (int i = 0; i < node.proto().output_size(); ++i)
    if (const auto& name = node.proto().output(i);
        !name.empty() && static_cast<std::size_t>(i) < outputs.size())
      scope.values[name] = std::move(outputs[static_cast<std::size_t>(i)]);
}

}  // namespace onnx_reader
}  // namespace joulecast::network
