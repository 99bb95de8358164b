// Einsum: sums of products over named dimensions.
#pragma once

#include <optional>
#include <vector>

#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {

struct Contraction {
  Shape output;
  /// Multiplications, if the operands are joined from left to right and a dimension that only one operand has
  /// is summed before.
  double macs = 0;
  /// For two operands: rows are dimensions of the first alone, columns of the second alone, groups of both.
  std::optional<MatrixProduct> product;
};

/// Nothing if a shape is not known, or if the equation does not fit the operands. An ellipsis stands for
/// further dimensions of both; without "->" the output has the letters that occur once, in alphabetical
/// order.
[[nodiscard]] std::optional<Contraction> read_einsum(const Node& node, const Inputs& inputs);

}  // namespace joulecast::network::onnx_reader
