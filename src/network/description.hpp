// Networks described in a few lines of text; data/architectures/README.md has the whole grammar.
//
//   network lenet classes=10
//     input 1x28x28
//     conv 6 5 bias
//     tanh
//     average_pool 2 stride=2
//     flatten
//     dense classes
//   end
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "network/named.hpp"
#include "network/network.hpp"

namespace joulecast::network {

/// One line, and what stands between it and its `end`.
struct Statement {
  int line = 0;
  std::string word;
  std::vector<std::string> values;                           ///< arguments without a key, in order
  std::vector<std::pair<std::string, std::string>> options;  ///< key=value
  std::vector<std::vector<Statement>> bodies;  ///< more than one where `and` or `else` divides it
};

struct Description {
  std::string where;                        ///< the file
  std::map<std::string, Statement> blocks;  ///< by name
  std::vector<Statement> networks;
  std::vector<std::pair<std::string, std::string>> aliases;  ///< alias -> network of this file
};

/// malformed with file:line.
[[nodiscard]] Result<Description> parse_description(std::string_view text, const std::string& where);

/// One network of a description, by its exact name. malformed with file:line for what the description has
/// wrong; invalid for an input that the network cannot take.
[[nodiscard]] Result<ArchitectureFeatures> build_described(const Description& description,
                                                           std::string_view network,
                                                           const NamedOptions& options = {});

/// A description file that holds one network.
[[nodiscard]] Result<ArchitectureFeatures> read_described(const std::filesystem::path& file,
                                                          const NamedOptions& options = {});

}  // namespace joulecast::network
