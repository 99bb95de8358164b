// The work of a layer in a training step, described by the sizes that determine its cost on a CPU.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "network/network.hpp"

namespace joulecast::estimate {

enum Pass : std::size_t { forward, backward };
constexpr std::array passes{forward, backward};
template <class T>
using ByPass = std::array<T, passes.size()>;

/// A matrix product in the form that convolutions, dense layers and pools share: for each of `samples` x
/// `groups`, a product of [positions x inputs*taps] by [inputs*taps x outputs] matrices. Values have 32 bits.
struct LayerWork {
  std::string kind;      ///< "conv", "linear" or "pool"
  double samples = 0;    ///< the batch size; for a dense layer times its tokens
  double groups = 1;     ///< for a pool, its number of channels
  double inputs = 1;     ///< number of channels that each output reads
  double outputs = 1;    ///< output channels of one group
  double taps = 1;       ///< kernel area
  double positions = 1;  ///< number of positions in the output image
  double input_positions = 1;

  [[nodiscard]] double input_bytes() const;
  [[nodiscard]] double output_bytes() const;
  [[nodiscard]] double weight_bytes() const;
  /// FLOPs that the processor executes. A convolution pads its channels to multiples of eight, the values in
  /// an AVX2 register: always its output channels, and its input channels if there are more than eight (fewer
  /// have kernels of their own). A multiply-accumulate counts as two, a comparison in a pool as one.
  [[nodiscard]] double executed_flops() const;
  /// The measure of a layer's size by which layers of networks exceed those of a table: the weights, or for a
  /// pool the FLOPs of one sample.
  [[nodiscard]] double size() const;
};

/// The amounts that LayerTime's costs multiply: a constant, executed FLOPs, and bytes of input, output and
/// weights.
constexpr std::size_t amount_count = 5;
enum Amount : std::size_t { constant, flops, input, output, weights };
[[nodiscard]] std::array<double, amount_count> amounts_of(const LayerWork& work);
constexpr std::size_t feature_count = 7;
/// Logarithms of all sizes. They are the features of the regression on what the costs leave unexplained.
[[nodiscard]] std::array<double, feature_count> features_of(const LayerWork& work);

/// The work of a layer that is a matrix product or a maximum pool, for a batch; nothing for other layers.
/// Values of `element_bytes` in the network are counted as 32-bit values, as on a CPU.
[[nodiscard]] std::optional<LayerWork> measured_work(const network::Layer& layer, double batch,
                                                     int element_bytes);

/// Bytes that any other layer moves, such as a normalisation, activation function or depthwise convolution.
[[nodiscard]] ByPass<double> moved_bytes(const network::Layer& layer, double batch, int element_bytes);

}  // namespace joulecast::estimate
