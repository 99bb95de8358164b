// ONNX files (any exporter, opset 7 and later, IR 3 and later) as architecture features.
//
// Shape rules come from libonnx, one node at a time, so that one unknown operator does not lose the network;
// small integer tensors are evaluated, so that exporters' Shape-Gather-Concat-Reshape chains are followed.
// Weights may be absent or external: only their dimensions are read. Nothing in a file is executed, and no
// second file is opened.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "network/network.hpp"

namespace joulecast::network {

struct OnnxOptions {
  /// Shape of one sample, without batch ("3x224x224"), for the first input; or see `input_shapes`.
  std::optional<Shape> input = std::nullopt;
  /// Full shapes (batch included) by input name; wins over `input`.
  std::map<std::string, Shape> input_shapes = {};
  /// Values of symbolic dimensions by name ("sequence" -> 128).
  std::map<std::string, std::int64_t> dimensions = {};
};

/// Errors: unavailable/denied (cannot read, or the plug-in that reads ONNX cannot be loaded), malformed (not
/// an ONNX model, truncated, cyclic), invalid (a symbolic dimension other than the batch has no value: the
/// message names it and how to give it).
[[nodiscard]] Result<ArchitectureFeatures> read_onnx(const std::filesystem::path& file,
                                                     const OnnxOptions& options = {});
/// The same from memory; `where` names it in errors.
[[nodiscard]] Result<ArchitectureFeatures> parse_onnx(std::string_view bytes, const std::string& where,
                                                      const OnnxOptions& options = {});

}  // namespace joulecast::network
