// What the plug-in offers to the rest of the program. Loading libonnx and Protocol Buffers takes about 2 ms,
// which every `joulecast run` would pay for though it reads no ONNX file. So they are linked to a library of
// their own.
#pragma once

#include <string>
#include <string_view>

#include "network/onnx.hpp"

namespace joulecast::network::onnx_reader {

using ParseOnnx = void(std::string_view bytes, const std::string& where, const OnnxOptions& options,
                       Result<ArchitectureFeatures>& features);
inline constexpr const char* plug_in_name = "joulecast_onnx.so";
inline constexpr const char* entry_name = "joulecast_parse_onnx";

}  // namespace joulecast::network::onnx_reader

/// As network::parse_onnx; the result is written to `features`.
extern "C" __attribute__((visibility("default")))
joulecast::network::onnx_reader::ParseOnnx joulecast_parse_onnx;
