// Walks an ONNX graph and collects the features of what it computes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "network/onnx.hpp"
#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {

/// Names of values and what is known about them. A subgraph also sees those of the surrounding graph.
struct Scope {
  std::map<std::string, Value> values;
  const Scope* outer = nullptr;

  [[nodiscard]] const Value* find(const std::string& name) const;
};

/// The graph that a node is in. In a subgraph its cost may count several times.
struct NodeContext {
  std::string prefix;  ///< of its layers' names
  double times = 1;
  int depth = 0;
  int opset = 0;  ///< of the standard domain
};

using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

class Reader {
 public:
  Reader(const onnx::ModelProto& model, std::string where, const OnnxOptions& options);

  [[nodiscard]] Result<ArchitectureFeatures> read();

 private:
  // reader.cpp: graph, nodes, layers
  Status add_initializers(const onnx::GraphProto& graph, Scope& scope);
  Status run(const Nodes& nodes, Scope& scope, const NodeContext& context);
  Status run_node(const onnx::NodeProto& proto, Scope& scope, const NodeContext& context);
  void run_plain(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context);
  void add_layer(const Node& node, const Inputs& inputs, Counted counted, std::vector<Value>& outputs,
                 const NodeContext& context);
  void add_uncounted(const Node& node, const Inputs& inputs, const std::string& reason);
  void define(const Node& node, std::vector<Value> outputs, Scope& scope);
  [[nodiscard]] std::int64_t take_parameters(const Value& value);
  [[nodiscard]] double keep(const Value& value);
  void note(std::string text);
  /// Exporters for inference merge batch normalisation into convolutions, although a training executes it.
  void note_folded_normalisation();
  [[nodiscard]] Failure malformed(const std::string& message) const;

  // control_flow.cpp: subgraphs and model-local functions
  Status run_if(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context);
  Status run_loop(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context);
  Status run_scan(const Node& node, const Inputs& inputs, Scope& scope, const NodeContext& context);
  Status run_function(const onnx::FunctionProto& function, const Node& node, const Inputs& inputs,
                      Scope& scope, const NodeContext& context);
  /// Runs a subgraph with these inputs and returns its outputs.
  Result<std::vector<Value>> run_subgraph(const onnx::GraphProto& graph, std::vector<Value> inputs,
                                          const Scope& outer, const NodeContext& context);

  const onnx::ModelProto& model_;
  std::string where_;
  const OnnxOptions& options_;
  std::map<std::string, const onnx::FunctionProto*> functions_;
  std::map<std::string, Shape> recorded_shapes_;  ///< by the exporter, for outputs that no rule gives

  /// Counts that are undone for the cheaper one of two branches.
  struct Collected {
    std::vector<Layer> layers;
    std::map<std::pair<std::string, std::string>, Uncounted> uncounted;
    std::set<std::string> counted_weights;
    std::set<int> kept;
  };
  Collected collected_;
  ArchitectureFeatures features_;
  std::map<std::string, int> names_;
  int next_storage_ = 1;
  int nodes_run_ = 0;
};

/// inputs.cpp: the graph's inputs with every dimension known.
struct BoundInputs {
  std::vector<Input> inputs;
  std::vector<int> types;
  std::map<std::string, std::int64_t> dimensions;  ///< symbolic names and their values
  std::int64_t batch = 1;
};
[[nodiscard]] Result<BoundInputs> bind_inputs(const onnx::GraphProto& graph, const std::string& where,
                                              const OnnxOptions& options);
/// A recorded shape, where its symbols have values.
[[nodiscard]] std::optional<Shape> bind_shape(const onnx::TypeProto& type,
                                              const std::map<std::string, std::int64_t>& dimensions);

/// order.cpp: indices of the nodes in an order in which each has what it reads. malformed where there is
/// none.
[[nodiscard]] tl::expected<std::vector<int>, std::string> computable_order(const Nodes& nodes,
                                                                           const Scope& scope);

}  // namespace joulecast::network::onnx_reader
