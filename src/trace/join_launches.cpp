#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "trace/join_nodes.hpp"
#include "trace/missing_nodes.hpp"
#include "trace/segment.hpp"

namespace joulecast::trace {
namespace {

/// "n1, n2"
std::string names_of(const std::vector<Run>& nodes) {
  std::set<std::string> names;
  for (const auto& run : nodes) names.insert(node_of(run));
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_named(const Run& run) {
  return std::ranges::any_of(run.traces, [](const Trace& trace) { return !trace.channel.node.empty(); });
}

}  // namespace

Run join_launches(std::vector<std::vector<Run>> launches) {
  std::optional<int> most_nodes;
  const auto host = launches.back().front().host.hostname;
  std::vector<Run> parts;
  for (auto& nodes : launches) {
    const auto names = names_of(nodes);
    auto part = join_nodes(std::move(nodes));
    if (!is_named(part)) name_node(part);
    if (&nodes != &launches.back()) name_job_of_missing_nodes(part);
    most_nodes = std::max(most_nodes, part.info.training.nodes);
    part.host.hostname = names;
    part.info.segments.clear();
    parts.push_back(std::move(part));
  }
  auto joined = join_segments(std::move(parts));
  joined.host.hostname = host;
  joined.info.training.nodes = most_nodes;
  return joined;
}

}  // namespace joulecast::trace
