// libonnx's own rules for the types and shapes of a node's outputs, called only if that is safe.
#pragma once

#include <vector>

#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {

/// Whether the attributes by which rules divide, multiply, count or index have possible values.
[[nodiscard]] bool has_sane_attributes(const Node& node, const Inputs& inputs);

/// Empty if the library has no rule for this version of the operator, if the node does not fit the rule, or
/// if the rule could read beyond its operands. Only for nodes with sane attributes.
[[nodiscard]] std::vector<Value> library_outputs(const Node& node, const Inputs& inputs, int opset);

}  // namespace joulecast::network::onnx_reader
