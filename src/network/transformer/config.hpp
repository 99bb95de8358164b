// Hugging Face configurations (config.json) as networks. Nothing is loaded but the file itself.
//
// Known are the families of config_families.hpp and the UNets of unet.hpp. A key that a file leaves out has the default of that family
// in the library transformers, except for the sizes, which every published file states.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/transformer/transformer.hpp"

namespace joulecast::network {

struct ConfigOptions {
  std::optional<std::int64_t> sequence = std::nullopt;  ///< tokens of a sample
  std::optional<Shape> input = std::nullopt;  ///< one image, or {tokens} as another way to give the sequence
  std::optional<std::int64_t> classes = std::nullopt;  ///< of a classifier's head
};

/// A folder with a config.json, or the file itself. unavailable where there is none; malformed, naming the
/// key, for what is no configuration; invalid for a model type that is not known.
[[nodiscard]] Result<ArchitectureFeatures> read_config(const std::filesystem::path& path,
                                                       const ConfigOptions& options = {});
/// The same from memory; `origin` names it in errors.
[[nodiscard]] Result<ArchitectureFeatures> parse_config(std::string_view json, const std::string& name,
                                                        const std::string& origin,
                                                        const ConfigOptions& options = {});

/// The values of config_families.hpp, for messages and tests: "bert", "falcon", …
[[nodiscard]] std::vector<std::string> known_model_types();

}  // namespace joulecast::network
