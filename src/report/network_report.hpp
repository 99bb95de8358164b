// A network's layers and totals: as a table for people, and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "network/network.hpp"
#include "network/training_cost.hpp"

namespace joulecast::report {

struct NetworkReportOptions {
  std::int64_t batch = 1;
  network::Optimiser optimiser{"sgd", 0, 2};
  bool layers = true;  ///< each layer, not the totals alone
};

[[nodiscard]] std::string network_text(const network::ArchitectureFeatures& network,
                                       const NetworkReportOptions& options);
[[nodiscard]] nlohmann::ordered_json network_json(const network::ArchitectureFeatures& network,
                                                  const NetworkReportOptions& options);

}  // namespace joulecast::report
