// The rules by which an operation's arithmetic and bytes become figures of a Layer; used by every reader of
// networks.
//
// One multiply-accumulate is 2 FLOPs. Elementwise operations count what flops_per_element() says. Figures are
// for one sample unless the caller scales them.
#pragma once

#include <string_view>

#include "network/network.hpp"

namespace joulecast::network {

struct Convolution {
  double in_channels = 0, out_channels = 0, groups = 1;
  double kernel_area = 1;  ///< product of the kernel's sides
  double positions = 0;    ///< product of the output's spatial sides
  bool bias = false;
};
/// Kind, MACs, FLOPs and product. Depthwise: as many groups as input channels, and more than one.
void count_convolution(Layer& layer, const Convolution& convolution);

/// `kind` is dense for a product with weights, attention for one between activations.
void count_product(Layer& layer, LayerKind kind, const MatrixProduct& product, bool bias);

/// `gates` matrices of [inputs + state, hidden] applied `steps` times in `directions` directions. The state
/// is as wide as `hidden`, or as its projection.
struct Recurrence {
  double inputs = 0, hidden = 0, gates = 1, steps = 0, directions = 1;
  double projection = 0;  ///< width of the state, by one more product at each step; 0 = none
};
void count_recurrence(Layer& layer, const Recurrence& recurrence);

/// Normalisation, elementwise and pooling: FLOPs = elements x flops_per_element(operation).
void count_elements(Layer& layer, LayerKind kind, double elements, double flops_each);

/// Additions, comparisons, exponentials and divisions of one output element, by operation in lower case
/// ("relu" 1, "sigmoid" 4, "gelu" 8, "batch_norm" 5, "softmax" 5); 1 for what it does not list.
[[nodiscard]] double flops_per_element(std::string_view operation);

/// The rule for the backward pass. A weighted product needs two products of its own size: the gradient of its
/// weight and, unless its input is the network's own, that of its input. Attention needs one for each
/// operand. Normalisation needs twice its forward arithmetic, other elementwise work once, movement none.
void count_backward(Layer& layer, bool input_needs_gradient);

/// What an operation keeps for its backward pass (PyTorch's autograd formulas).
struct Kept {
  bool inputs = false;
  bool output = false;
  double extra_bytes_per_output = 0;  ///< masks and indices
};
[[nodiscard]] Kept kept_for_backward(LayerKind kind, std::string_view operation);

}  // namespace joulecast::network
