// Well-known networks by name, built from the descriptions in data/architectures (description.hpp has the
// grammar) and the configurations in data/transformers (transformer/config.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network {

struct NamedOptions {
  /// One sample, e.g. {3,224,224}; the description's own otherwise
  std::optional<Shape> input = std::nullopt;
  /// Outputs of the head; the description's own otherwise
  std::optional<std::int64_t> classes = std::nullopt;
  /// Tokens of a sample, for networks that take token numbers: the same as input {sequence}
  std::optional<std::int64_t> sequence = std::nullopt;
};

/// `name` as people write it (spelling.hpp): "ResNet-50", "RegNetX1.6GF"; invalid with the candidates where
/// it may mean several, with the nearest names where unknown, and where the input is too small for the
/// network.
[[nodiscard]] Result<ArchitectureFeatures> build_named(std::string_view name,
                                                       const NamedOptions& options = {});

/// Every canonical name, sorted.
[[nodiscard]] Result<std::vector<std::string>> known_names();

}  // namespace joulecast::network
