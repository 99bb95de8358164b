#include "report/runs/nodes_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"
#include "report/text_table.hpp"
#include "session/runs/node_shares.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

std::string imbalance_text(const std::optional<double>& imbalance) {
  return imbalance ? fmt::format("{:.2f}", *imbalance) : "";
}

std::string share_text(const std::optional<double>& share) {
  return share ? percent(*share) : "";
}

}  // namespace

std::string nodes_text(const session::RunSummary& summary) {
  const auto shares = session::node_shares_of(summary);
  if (shares.nodes.size() < 2) return "";
  const auto& total = summary.energy.total;
  TextTable table({Align::left, Align::right, Align::right, Align::right, Align::right, Align::right});
  table.add({"", "energy", "share", "GPUs", "most / mean", "GPUs idle"});
  std::size_t gpus = 0;
  for (const auto& share : shares.nodes) {
    gpus += share.gpus;
    const bool shared = share.energy && total && *total > Joules{0};
    table.add({printable(share.node), share.energy ? to_text(*share.energy) : "unknown",
               shared ? percent(*share.energy / *total) : "", std::to_string(share.gpus),
               imbalance_text(share.gpu_imbalance), share_text(share.gpu_idle)});
  }
  table.add({"all", total ? to_text(*total) : "unknown", "", std::to_string(gpus),
             imbalance_text(shares.gpu_imbalance), share_text(shares.gpu_idle)});
  return fmt::format("\nNodes   {}\n", shares.nodes.size()) + table.text();
}

nlohmann::ordered_json nodes_json(const session::RunSummary& summary) {
  const auto shares = session::node_shares_of(summary);
  auto list = Json::array();
  for (const auto& share : shares.nodes)
    if (!share.node.empty())
      list.push_back({{"node", share.node},
                      {"energy_j", or_null(share.energy)},
                      {"gpus", share.gpus},
                      {"gpu_imbalance", or_null(share.gpu_imbalance)},
                      {"gpu_idle", or_null(share.gpu_idle)}});
  return {{"nodes", std::move(list)},
          {"gpu_imbalance", or_null(shares.gpu_imbalance)},
          {"gpu_idle", or_null(shares.gpu_idle)}};
}

}  // namespace joulecast::report
