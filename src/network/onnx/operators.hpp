// The group of an operator, for operators that need no rule of their own in layers.cpp.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::network::onnx_reader {

enum class OperatorGroup {
  view,            ///< its output is its input under another name or shape
  movement,        ///< bytes and no arithmetic
  elementwise,     ///< arithmetic for each output element, by operation
  random,          ///< one operation for each output element
  pooling,         ///< windows
  global_pooling,  ///< over all but the channels
  normalisation,
  reduction,       ///< arithmetic for each input element
  data_dependent,  ///< the size of its output depends on the data
};

struct Operator {
  std::string_view type;  ///< "GlobalMaxPool"
  OperatorGroup group;
  std::string_view operation = {};  ///< its name in cost.hpp, where that is not the type in lower case
};

/// Nothing for an operator with a rule of its own (convolutions, matrix products, recurrent layers, Gather),
/// and for an unknown one.
[[nodiscard]] std::optional<Operator> find_operator(std::string_view type);

}  // namespace joulecast::network::onnx_reader
