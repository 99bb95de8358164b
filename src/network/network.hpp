// What a network computes, layer by layer, independent of its source: an ONNX file, a named description, a
// NAS cell.
//
// All figures are for ONE sample and one forward pass, unless a name says otherwise. Layers that do not scale
// with the batch keep this convention: their weights are read once a step, whatever the batch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::network {

/// Dimensions, outermost first, batch included where there is one.
using Shape = std::vector<std::int64_t>;

enum class LayerKind {
  convolution,    ///< dense or grouped, kernel larger than 1
  depthwise,      ///< one filter (or a few) for each input channel
  pointwise,      ///< 1x1 convolution, groups = 1
  dense,          ///< activations times a weight matrix
  attention,      ///< activations times activations (QK^T, PV)
  normalisation,  ///< batch, layer, group, instance, local response; softmax too
  elementwise,    ///< activation functions, additions, masks, dropout
  pooling,        ///< windows and global reductions
  embedding,      ///< rows gathered from a weight table
  recurrent,      ///< LSTM, GRU, RNN
  movement,       ///< reshape, transpose, concatenate, slice, pad, resize: bytes and no arithmetic
  other,          ///< everything else that is counted
};
[[nodiscard]] std::string_view name_of(LayerKind kind);

/// The matrix product that a convolution, dense or attention layer amounts to (implicit GEMM): for one
/// sample, `groups` products of [rows x depth] by [depth x columns]. Efficiency on a GPU follows from these
/// sizes.
struct MatrixProduct {
  double rows = 0;     ///< output positions (H x W, tokens); times the batch in a step
  double columns = 0;  ///< output channels of one group
  double depth = 0;    ///< input channels of one group x kernel area
  double groups = 1;   ///< groups, attention heads, time steps
  double taps = 1;     ///< of the depth: kernel area; the rest is input channels
};

/// What the backward pass computes of a layer.
enum class Gradient {
  full,     ///< of its weights, and of its input unless that is the network's own
  inputs,   ///< its weights are frozen, and something before it is trained
  weights,  ///< nothing before it is trained
  none,     ///< neither: the backward pass does not reach it
};

struct Layer {
  std::string name;       ///< unique within the network
  std::string operation;  ///< as the source calls it: "Conv", "Gemm", "batch_norm"
  LayerKind kind = LayerKind::other;
  Shape output;                 ///< first output, at ArchitectureFeatures::batch
  std::int64_t parameters = 0;  ///< trainable; a shared tensor is counted where it is first used
  /// Multiply-accumulates of matrix products. The literature calls them GMACs; torchvision calls them FLOPs.
  double macs = 0;
  double flops = 0;  ///< all arithmetic: 2 x macs, plus additions, comparisons, exponentials, one each
  double backward_flops = 0;  ///< gradient of inputs plus gradient of weights (rules: cost.hpp)
  double input_bytes = 0;     ///< activations read
  double output_bytes = 0;    ///< activations written
  double weight_bytes = 0;    ///< parameters and buffers read (not per sample: once a step)
  double saved_bytes = 0;     ///< of input or output, what training must keep until the backward pass
  /// GPU kernels that the forward pass launches; 0 for what moves no bytes (reshape, flatten)
  int kernels = 1;
  Gradient gradient = Gradient::full;  ///< others: see freeze() (frozen.hpp)
  std::optional<MatrixProduct> product;
};

/// An operator of the source that is not in the figures, because it is unknown or its shapes could not be
/// found.
struct Uncounted {
  std::string operation;  ///< "domain::Type", or "Type" of the standard domain
  std::string reason;
  int nodes = 0;
  std::int64_t parameters = 0;  ///< of its weights
};

struct Totals {
  std::int64_t parameters = 0;
  std::int64_t trained_parameters = 0;  ///< those that are not frozen
  double macs = 0;
  double flops = 0;
  double backward_flops = 0;
  double activation_bytes = 0;  ///< all outputs written by a forward pass
  double traffic_bytes = 0;     ///< activations read and written by a forward pass, without weights
  double weight_bytes = 0;
  double saved_bytes = 0;   ///< kept for the backward pass
  double widest_bytes = 0;  ///< the largest input + output of one layer: needed in addition to what is kept
  int kernels = 0;
};

struct Input {
  std::string name;
  Shape shape;  ///< with the batch dimension first where it has one
};

/// A network as the estimators see it.
struct ArchitectureFeatures {
  std::string name;    ///< "resnet50", or the graph's own name
  std::string origin;  ///< file, or "data/architectures/resnet.txt"
  std::vector<Input> inputs;
  std::int64_t batch = 1;     ///< the batch for which `Layer::output` and the inputs are written
  int element_bytes = 4;      ///< of an activation, as stored by the source
  std::vector<Layer> layers;  ///< in an order in which they can be computed, if they are `ordered`
  bool ordered = true;        ///< false: they are means by kind (catalogue.hpp), the head last
  int depth = 0;              ///< weighted layers (convolution, dense, recurrent) on the longest path
  std::vector<Uncounted> uncounted;
  /// Notes for the reader of the figures (a loop counted once, a newer file format).
  std::vector<std::string> notes;
};

/// Its parameters, unless they are frozen.
[[nodiscard]] std::int64_t trained_parameters(const Layer& layer);
[[nodiscard]] Totals totals(const ArchitectureFeatures& network);
/// Uncounted nodes over all nodes that are not plain constants, 0..1.
[[nodiscard]] double uncounted_share(const ArchitectureFeatures& network);

/// Height and width of an image input (NCHW, or NHWC where the last dimension is 1..4); nothing for other
/// inputs.
struct ImageSize {
  std::int64_t channels = 0, height = 0, width = 0;
};
[[nodiscard]] std::optional<ImageSize> image_size(const ArchitectureFeatures& network);

/// "3x224x224" -> {3,224,224}; invalid where a part is not a positive number.
[[nodiscard]] Result<Shape> parse_shape(std::string_view text);
/// "3x224x224"; "scalar" for no dimensions.
[[nodiscard]] std::string to_text(const Shape& shape);
/// Product of the dimensions, or nothing where one is negative or the product exceeds 2^62.
[[nodiscard]] std::optional<std::int64_t> element_count(const Shape& shape);

}  // namespace joulecast::network
