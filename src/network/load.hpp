// A network from whatever the user names: an ONNX file, a description file, the
// configuration of a transformer, or a well-known name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network {

struct LoadOptions {
  std::optional<Shape> input = std::nullopt;            ///< of one sample, for the first input
  std::optional<std::int64_t> classes = std::nullopt;   ///< of the head; not for ONNX files
  std::optional<std::int64_t> sequence = std::nullopt;  ///< tokens of a sample, for language models
  std::map<std::string, Shape> input_shapes = {};       ///< whole shapes by name; for ONNX files
  std::map<std::string, std::int64_t> dimensions = {};  ///< of symbolic dimensions; for ONNX files
};

/// Loads "model.onnx", "own.txt", "config.json" or its folder, or "resnet50". A name that is neither a file
/// nor known is an error with the nearest names. An option that this kind of network does not take is
/// invalid, never ignored.
[[nodiscard]] Result<ArchitectureFeatures> load_network(const std::string& name_or_file,
                                                        const LoadOptions& options = {});

/// Options as text: inputs "3x224x224" or "ids=1x128", dimensions "sequence=128". Errors name the field
/// ("inputs", "dimensions").
[[nodiscard]] Result<LoadOptions> parse_load_options(const std::vector<std::string>& inputs,
                                                     const std::vector<std::string>& dimensions,
                                                     std::optional<std::int64_t> classes);

}  // namespace joulecast::network
