// An ONNX file without the bulk of its weights.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::network::onnx_reader {

/// The serialised model without the numbers of large initialisers: only their dimensions are needed, and
/// hundreds of megabytes need not be parsed. Empty where the bytes are no protobuf message.
[[nodiscard]] std::string without_weights(std::string_view model);

}  // namespace joulecast::network::onnx_reader
