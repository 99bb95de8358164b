// What a layer has to do in a step, in the sizes that its cost on a CPU follows from.
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

/// A matrix product as convolutions, dense layers and pools do it: for each of `samples` x `groups`, an
/// [positions x inputs*taps] by [inputs*taps x outputs] product. 32-bit values.
struct LayerWork {
  std::string kind;      ///< "conv", "linear", "pool"
  double samples = 0;    ///< batch; times the tokens of a dense layer
  double groups = 1;     ///< channels of a pool
  double inputs = 1;     ///< channels that one output sees
  double outputs = 1;    ///< channels of a group
  double taps = 1;       ///< kernel area
  double positions = 1;  ///< of the output's image
  double input_positions = 1;

  [[nodiscard]] double input_bytes() const;
  [[nodiscard]] double output_bytes() const;
  [[nodiscard]] double weight_bytes() const;
  /// Of a convolution, with channels filled up to the eight that an AVX2 register holds: outputs always,
  /// inputs where they are more than eight (fewer take kernels of their own). Two a multiply-accumulate; one
  /// a comparison of a pool.
  [[nodiscard]] double executed_flops() const;
  /// What grows from the layers of a table to those of networks: weights, or the FLOPs of a pool's sample.
  [[nodiscard]] double size() const;
};

/// Constant, executed FLOPs, bytes of input, output and weights: what LayerTime's costs multiply.
constexpr std::size_t amount_count = 5;
enum Amount : std::size_t { constant, flops, input, output, weights };
[[nodiscard]] std::array<double, amount_count> amounts_of(const LayerWork& work);
constexpr std::size_t feature_count = 7;
/// Logarithms of all sizes, the features of what the costs leave over.
[[nodiscard]] std::array<double, feature_count> features_of(const LayerWork& work);

/// The products and maximum pools of a network, for a batch. Nothing for layers of other kinds. Values of
/// `element_bytes` in the network are 32-bit ones on a CPU.
[[nodiscard]] std::optional<LayerWork> measured_work(const network::Layer& layer, double batch,
                                                     int element_bytes);

/// Bytes that a layer of any other kind moves: normalisation, activation functions, depthwise convolutions...
[[nodiscard]] ByPass<double> moved_bytes(const network::Layer& layer, double batch, int element_bytes);

}  // namespace joulecast::estimate
