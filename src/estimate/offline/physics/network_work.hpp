// The work of a network for one sample, sorted by kinds of work that a GPU executes with different
// efficiency.
#pragma once

#include <array>
#include <string_view>

#include "network/network.hpp"

namespace joulecast::estimate {

/// Terms of the roofline model. FLOPs are divided by the peak rate, bytes by the memory bandwidth.
enum class Term {
  convolution_flops,
  pointwise_flops,
  dense_flops,  ///< products in dense, attention and recurrent layers
  /// FLOPs of products x 32 / output channels: with few channels a GPU is poorly used.
  narrow_flops,
  depthwise_flops,  ///< counted as bytes, because depthwise convolutions are bound by memory
  convolution_bytes,
  depthwise_bytes,
  elementwise_bytes,  ///< includes normalisation
  pooling_bytes,
  movement_bytes,
};
constexpr std::size_t term_count = 10;
[[nodiscard]] std::string_view name_of(Term term);
/// Whether the term is divided by the peak rate (true) or by the bandwidth (false).
[[nodiscard]] constexpr bool is_compute(Term term) {
  return static_cast<int>(term) <= static_cast<int>(Term::narrow_flops);
}

/// Whether the term counts products of convolutions, which differ from plain matrix products in two ways.
/// Their kernels compute the addresses of operands as they go, so integer instructions compete with the
/// products. And frameworks run them on TF32 matrix units by default, which PyTorch since 1.12 does not do
/// for plain matrix products.
[[nodiscard]] constexpr bool is_convolution(Term term) {
  return is_compute(term) && term != Term::dense_flops;
}

/// Products that reach different shares of a board's peak in a training's step.
enum class ProductKind {
  spatial,  ///< convolutions over more than one position
  pointwise,
  grouped,
  depthwise,
  dense,      ///< recurrent layers, too
  attention,  ///< activations times activations
};
constexpr std::size_t product_kinds = 6;

/// Work of one sample's forward pass.
struct NetworkWork {
  /// FLOPs or bytes. Where layers are frozen: a third of what they do in a step, forward and backward.
  std::array<double, term_count> terms{};
  double kernels = 0;
  double weight_bytes = 0;  ///< where layers are frozen: as the terms
  double parameters = 0;
  double gmacs = 0;
  std::array<double, product_kinds> gmacs_of{};  ///< the same by kind
  double product_outputs = 0;                    ///< elements that products write
  double other_outputs = 0;                      ///< elements that all other kernels write
  double tokens = 0;                             ///< of a sample; 0 = the network takes none
  /// Forward and backward over forward: of products, of what they write, and of kernels. 3 where all weights
  /// are trained, 2 with adapters beside frozen ones, 1 where the backward pass reaches nothing.
  double product_passes = 3, output_passes = 3, kernel_passes = 3;
  double trained_share = 1;  ///< of the parameters

  [[nodiscard]] double operator[](Term term) const { return terms[static_cast<std::size_t>(term)]; }
  [[nodiscard]] double flops() const;  ///< FLOPs of products
  [[nodiscard]] double bytes() const;  ///< bytes of activations
};

[[nodiscard]] NetworkWork work_of(const network::ArchitectureFeatures& network);

}  // namespace joulecast::estimate
