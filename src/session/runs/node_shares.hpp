// How a training's energy is spread over the nodes of its job, and over their GPUs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/runs/run_summary.hpp"

namespace joulecast::session {

struct NodeShare {
  std::string node;
  std::optional<Joules> energy;  ///< of its rows in the total; nothing if it has none
  std::size_t gpus = 0;          ///< whose energy is known
  /// The energy of the GPU that used most, over the mean of all; 1 = even. Nothing below two GPUs.
  std::optional<double> gpu_imbalance;
  std::optional<double> gpu_idle;  ///< share of the time in which its GPUs did nothing, by their utilisation
};

struct NodeShares {
  std::vector<NodeShare> nodes;         ///< in the order of the energy table; one node: one that has no name
  std::optional<double> gpu_imbalance;  ///< over all GPUs
  std::optional<double> gpu_idle;
};

[[nodiscard]] NodeShares node_shares_of(const RunSummary& summary);

}  // namespace joulecast::session
