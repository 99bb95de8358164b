// Attention as one operator: ONNX's own (operator set 23) and ONNX Runtime's, which also project, share keys
// among heads or take the three operands packed together.
#pragma once

#include <optional>
#include <vector>

#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {

/// Sizes of an attention over a whole batch.
struct AttentionSizes {
  double batch = 1, heads = 1;
  double queries = 0;                     ///< tokens that ask
  double keys = 0;                        ///< tokens that are asked, earlier ones of a cache included
  double key_width = 0, value_width = 0;  ///< of a head
  /// Width of the tokens that an Attention of ONNX Runtime projects to queries, keys and values, and of those
  /// together; 0 where the operands are projected before.
  double projected_from = 0, projected_to = 0;
  Shape output;
};

[[nodiscard]] bool is_attention(const Node& node);
/// Nothing if a shape is not known or the heads do not fit.
[[nodiscard]] std::optional<AttentionSizes> read_attention(const Node& node, const Inputs& inputs);

}  // namespace joulecast::network::onnx_reader
