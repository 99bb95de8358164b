// What a network does for one sample, sorted by the kinds of work that a GPU runs at different efficiency.
#pragma once

#include <array>
#include <string_view>

#include "network/network.hpp"

namespace joulecast::estimate {

/// Terms of the roofline: FLOPs stand against the peak rate, bytes against the memory bandwidth.
enum class Term {
  convolution_flops,
  pointwise_flops,
  dense_flops,      ///< dense, attention and recurrent products
  narrow_flops,     ///< FLOPs of products x 32 / output channels: few channels fill a GPU badly
  depthwise_flops,  ///< counted as bytes: depthwise convolutions are bound by memory
  convolution_bytes,
  depthwise_bytes,
  elementwise_bytes,  ///< normalisation too
  pooling_bytes,
  movement_bytes,
};
constexpr std::size_t term_count = 10;
[[nodiscard]] std::string_view name_of(Term term);
/// Whether the term is divided by the peak rate; by the bandwidth otherwise.
[[nodiscard]] constexpr bool is_compute(Term term) {
  return static_cast<int>(term) <= static_cast<int>(Term::narrow_flops);
}

/// Products of convolutions. Their kernels look for operands as they go, with integer instructions among
/// those of the products, and frameworks let TF32 matrix units run them unasked; of plain matrix products
/// neither is so (PyTorch since 1.12).
[[nodiscard]] constexpr bool is_convolution(Term term) {
  return is_compute(term) && term != Term::dense_flops;
}

/// Of one sample's forward pass.
struct NetworkWork {
  std::array<double, term_count> terms{};  ///< FLOPs or bytes
  double kernels = 0;
  double weight_bytes = 0;
  double parameters = 0;
  double gmacs = 0;

  [[nodiscard]] double operator[](Term term) const { return terms[static_cast<std::size_t>(term)]; }
  [[nodiscard]] double flops() const;  ///< of products
  [[nodiscard]] double bytes() const;  ///< of activations
};

[[nodiscard]] NetworkWork work_of(const network::ArchitectureFeatures& network);

}  // namespace joulecast::estimate
