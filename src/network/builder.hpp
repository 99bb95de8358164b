// Builds a network operation by operation; shapes are those of one sample (channels first), without the
// batch.
//
// Each method checks its input's shape, appends one layer with its figures and returns the operation's
// output.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "network/cost.hpp"
#include "network/network.hpp"

namespace joulecast::network {

/// A value on its way through the network.
struct Tensor {
  Shape shape;
  int id = 0;             ///< of the stored tensor: a view has the id of what it views
  int depth = 0;          ///< weighted layers on the longest path to here
  bool gradient = false;  ///< false for the network's input: there is nothing to learn before it
};

/// A convolution's or pool's window. Sides and strides hold one value for all dimensions, or one each.
struct Window {
  Shape kernel{1};
  Shape stride{1};
  /// On both sides; nothing means "same": output = ceil(input / stride)
  std::optional<Shape> pad = std::nullopt;
  std::int64_t dilation = 1;
  bool ceil = false;  ///< a last, partial window counts
};

struct Filters {
  std::int64_t channels = 0;
  std::int64_t groups = 1;
  bool bias = false;
};

struct Attention {
  std::int64_t heads = 1;
  std::int64_t biases = 0;  ///< values that are learned and added to the products
  bool cosine = false;  ///< queries and keys are normalised to unit length, and each head scales its products
  std::int64_t key_heads = 0;  ///< of keys and values, where groups of heads share them; 0 = as many
  bool fused = false;          ///< one kernel that keeps no products (PyTorch's scaled_dot_product_attention)
};

/// Feed-forward networks of which each token takes some.
struct Experts {
  std::int64_t count = 1, active = 1;
  bool bias = false;
};

struct Cells {
  std::string_view name;  ///< "lstm", "gru", "rnn"
  std::int64_t hidden = 0;
  int gates = 4;
  bool bidirectional = false;
};

class Builder {
 public:
  Builder(std::string name, std::string origin);

  Tensor input(const std::string& name, Shape sample);
  Result<Tensor> convolution(const Tensor& x, const Window& window, const Filters& filters);
  /// Spatial sides times the stride.
  Result<Tensor> transposed_convolution(const Tensor& x, const Window& window, const Filters& filters);
  Result<Tensor> pool(const Tensor& x, std::string_view kind, const Window& window);  ///< "max" or "average"
  Result<Tensor> global_pool(const Tensor& x);  ///< mean over all but the channels: [c,h,w] -> [c]
  /// Over the last dimension. `tied`: the weights are another layer's (a language model's output and
  /// embedding).
  Result<Tensor> dense(const Tensor& x, std::int64_t outputs, bool bias, bool tied = false);
  /// operation: "batch_norm", ...; dimension: that of the `learned` values (scale and shift), 0 = channels,
  /// -1 = last.
  Result<Tensor> normalise(const Tensor& x, std::string_view operation, int dimension, int learned = 2);
  Tensor activate(const Tensor& x, std::string_view operation);
  Result<Tensor> combine(std::string_view operation,
                         const std::vector<Tensor>& parts);  ///< "add", "multiply"
  /// Joined along a dimension; the others must agree.
  Result<Tensor> concatenate(const std::vector<Tensor>& parts, std::size_t dimension = 0);
  Result<Tensor> slice(const Tensor& x, std::int64_t start, std::int64_t count);  ///< channels
  Tensor reshape(const Tensor& x, Shape shape);                                   ///< a view
  Tensor move(const Tensor& x, std::string_view operation, Shape shape);  ///< a copy in another order or size
  Tensor learned(const Tensor& x, std::string_view operation,
                 std::int64_t parameters);  ///< adds learned values
  Result<Tensor> embed(const Tensor& tokens, std::int64_t rows, std::int64_t width);
  Result<Tensor> recurrent(const Tensor& x, const Cells& cells);
  /// Scaled dot products of [t,d] queries with [s,d] keys and values: products, softmax, products. With
  /// windows ([n,t,d] and [n,s,d]) each window attends to itself.
  Result<Tensor> attend(const Tensor& query, const Tensor& key, const Tensor& value,
                        const Attention& attention);

  /// The products of queries [t,d] with keys [s,d] alone.
  Result<Tensor> scores(const Tensor& query, const Tensor& key, std::int64_t heads);
  /// One product with the weights of the expert that each of the tokens goes to; evenly spread.
  Result<Tensor> experts(const Tensor& x, std::int64_t outputs, const Experts& experts);

  /// Layers added until leave() are named "<scope>_<n>/...".
  void enter(const std::string& scope);
  void leave();

  [[nodiscard]] std::size_t size() const { return network_.layers.size(); }
  [[nodiscard]] std::int64_t parameters() const { return parameters_; }
  [[nodiscard]] ArchitectureFeatures finish() &&;

 private:
  Result<Tensor> attend_fused(const Tensor& query, const Tensor& key, const Tensor& value,
                              const Attention& attention);
  Layer start(std::string_view operation) const;
  /// Fills in the bytes, what is kept for the backward pass, the backward cost and the name, and appends the
  /// layer.
  Tensor append(Layer layer, const std::vector<const Tensor*>& inputs, Shape output, bool weighted);
  [[nodiscard]] Failure misfit(std::string_view operation, const Tensor& x, std::string_view reason) const;
  [[nodiscard]] Result<Shape> window_output(std::string_view operation, const Tensor& x,
                                            const Window& window) const;
  double keep(const Tensor& x);

  ArchitectureFeatures network_;
  std::vector<std::string> scopes_;
  std::map<std::string, int> counts_;
  std::set<int> kept_;
  int next_id_ = 1;
  std::int64_t parameters_ = 0;
};

}  // namespace joulecast::network
