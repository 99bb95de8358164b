#include "session/runs/node_shares.hpp"

#include <algorithm>
#include <numeric>

namespace joulecast::session {
namespace {

std::optional<double> imbalance_of(const std::vector<double>& energies) {
  const double sum = std::accumulate(energies.begin(), energies.end(), 0.0);
  if (energies.size() < 2 || sum <= 0) return std::nullopt;
  return *std::ranges::max_element(energies) * static_cast<double>(energies.size()) / sum;
}

std::vector<double> gpu_energies(const RunSummary& summary, const std::string* node) {
  std::vector<double> energies;
  for (const auto& row : summary.energy.components)
    if (row.component == trace::Component::gpu && row.energy && (node == nullptr || row.node == *node))
      energies.push_back(row.energy->value());
  return energies;
}

std::optional<double> gpu_idle(const RunSummary& summary, const std::string* node) {
  double sum = 0;
  int count = 0;
  for (const auto& mean : summary.means) {
    if (mean.component != trace::Component::gpu || mean.quantity != trace::Quantity::utilisation) continue;
    if (node != nullptr && mean.node != *node) continue;
    sum += std::clamp(1 - mean.mean, 0.0, 1.0);
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

}  // namespace

NodeShares node_shares_of(const RunSummary& summary) {
  NodeShares shares;
  for (const auto& row : summary.energy.components) {
    if (!row.energy) continue;
    auto known = std::ranges::find(shares.nodes, row.node, &NodeShare::node);
    if (known == shares.nodes.end()) {
      known = shares.nodes.insert(shares.nodes.end(), NodeShare{});
      known->node = row.node;
    }
    if (row.in_total) known->energy = known->energy.value_or(Joules{0}) + *row.energy;
  }
  for (auto& share : shares.nodes) {
    const auto energies = gpu_energies(summary, &share.node);
    share.gpus = energies.size();
    share.gpu_imbalance = imbalance_of(energies);
    share.gpu_idle = gpu_idle(summary, &share.node);
  }
  shares.gpu_imbalance = imbalance_of(gpu_energies(summary, nullptr));
  shares.gpu_idle = gpu_idle(summary, nullptr);
  return shares;
}

}  // namespace joulecast::session
