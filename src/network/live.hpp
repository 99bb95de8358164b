// A network as a program runs it: a PyTorch module, a Keras model or a JAX function tells operation by
// operation what it computes, and the rules of cost.hpp make layers of it.
//
// Shapes and figures are told for the whole batch that the program ran; the finished features are those of
// one sample. Products and arithmetic on weights alone (a cast, a transposed matrix) are no layers: they do
// not depend on the sample.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "network/cost.hpp"
#include "network/network.hpp"

namespace joulecast::network {

/// One operation, on tensors that the network knows by their numbers.
struct LiveOperation {
  std::string name;       ///< of the layer: "layer1.0.conv1"; repeated names get a number
  std::string operation;  ///< "conv", "batch_norm", "relu": the names of cost.hpp where it knows them
  std::vector<int> reads;
  std::vector<std::pair<Shape, double>> writes;  ///< shape and bytes of an element
  double times = 1;                              ///< a loop runs it so often
};

class LiveNetwork {
 public:
  LiveNetwork(std::string name, std::string origin, std::int64_t batch);

  // Each returns the tensor's number.
  int input(const std::string& name, const Shape& shape, double element_bytes);
  /// `key`: a tensor that is shared has the same one wherever it is used, and is counted once.
  int weight(const std::string& key, const Shape& shape, double element_bytes);
  /// Neither learned nor dependent on the sample: a mask, positions, running statistics.
  int constant(const Shape& shape, double element_bytes);
  /// The same bytes, or a part of them, in another shape.
  int view(int tensor, const Shape& shape);

  /// What untold operations made of others: it takes part in what follows, but is no layer.
  int derived(const std::vector<int>& from, const Shape& shape, double element_bytes);

  // Each adds a layer, and returns the numbers of what the operation writes.
  std::vector<int> convolution(const LiveOperation& operation, const Convolution& convolution);
  /// With a constant among the first two it is a dense layer, else attention.
  std::vector<int> product(const LiveOperation& operation, const MatrixProduct& product, bool bias);
  /// Scores, softmax and context of queries, keys and values in one kernel, which keeps no scores. `depth`:
  /// widths of a key and a value together.
  std::vector<int> fused_attention(const LiveOperation& operation, const MatrixProduct& products);
  /// `batch`: sequences that each step works on.
  std::vector<int> recurrence(const LiveOperation& operation, const Recurrence& recurrence, double batch);
  /// Embedding: the first is the table, the second the rows' numbers.
  std::vector<int> gather(const LiveOperation& operation);
  /// Normalisation, elementwise, pooling, movement or other. What multiplies or divides by constants alone
  /// keeps nothing. `elements` that it works on: those of its first
  /// output where not given. `each`: FLOPs of an element, where flops_per_element() does not tell.
  std::vector<int> elements(const LiveOperation& operation, LayerKind kind, std::optional<double> elements,
                            std::optional<double> each);
  /// Something that no rule covers.
  std::vector<int> uncounted(const LiveOperation& operation, const std::string& reason);

  void note(std::string text);
  [[nodiscard]] std::size_t size() const { return features_.layers.size(); }
  /// Weights that no operation read are noted: they are not in the figures. invalid where nothing was told.
  [[nodiscard]] Result<ArchitectureFeatures> finish() &&;

 private:
  struct Storage {
    double bytes = 0;
    int depth = 0;  ///< weighted layers on the longest path
    bool constant = false;
    bool gradient = false;
    std::set<std::string> weights{};  ///< that it was computed from, where constant
  };
  struct Value {
    Shape shape;
    double element_bytes = 4;
    int storage = 0;
    [[nodiscard]] double elements() const;
    [[nodiscard]] double bytes() const { return elements() * element_bytes; }
  };

  int add_value(const Shape& shape, double element_bytes, Storage storage);
  [[nodiscard]] const Value& value(int tensor) const;
  [[nodiscard]] const Storage& storage(int tensor) const;
  [[nodiscard]] bool scales_by_constants(const LiveOperation& operation) const;
  [[nodiscard]] bool reads_only_constants(const LiveOperation& operation) const;
  [[nodiscard]] double elements_written(const LiveOperation& operation) const;
  std::vector<int> add_constants(const LiveOperation& operation);
  std::vector<int> add_layer(const LiveOperation& operation, Layer layer);
  std::vector<int> add_writes(const LiveOperation& operation, const Storage& like);
  std::int64_t take_parameters(const LiveOperation& operation);
  [[nodiscard]] double keep(int tensor);
  [[nodiscard]] std::string unique_name(const LiveOperation& operation);

  ArchitectureFeatures features_;
  std::vector<Value> values_;
  std::vector<Storage> storages_;
  std::map<std::string, std::int64_t> parameters_;  ///< by key
  std::set<std::string> counted_;
  std::set<int> kept_;
  std::map<std::string, int> names_;
};

}  // namespace joulecast::network
