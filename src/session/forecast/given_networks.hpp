// Networks and GPUs that a client names or sends, for predictions. A client is not the user of this machine:
// no name is taken for a file's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "network/network.hpp"

namespace joulecast::session {

struct GivenNetworks {
  std::vector<std::string> names = {};  ///< see network::build_named()
  std::string_view upload =
      {};  ///< a transformer's config.json or an ONNX file, in place of names; "" = none
  bool is_onnx = false;
  std::string label = {};                    ///< of the upload; "" = "uploaded"
  std::vector<std::string> inputs = {};      ///< see network::parse_load_options()
  std::vector<std::string> dimensions = {};  ///< likewise
  std::optional<std::int64_t> classes{};     ///< outputs of the network's head
  std::optional<std::int64_t> sequence{};    ///< tokens of a sample
};

/// Errors as network::load_network(); invalid, naming the field "model", for both or neither of name and
/// upload.
[[nodiscard]] Result<std::vector<network::ArchitectureFeatures>> given_networks(const GivenNetworks& given);

/// Replaces the names of GPUs by the catalogue's own, or passes on what describes one (name=…,tdp_w=…).
/// invalid, naming the field "gpu", for an unknown name.
[[nodiscard]] Status name_gpus(std::vector<std::string>& gpus);

}  // namespace joulecast::session
