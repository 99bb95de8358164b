#include "session/runs/job_nodes.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace joulecast::session {
namespace {

using store::RunRow;
using store::RunStore;
using store::SegmentIds;

std::string node_of(const RunRow& row) {
  return row.job.node.empty() ? row.host : row.job.node;
}

/// A training of one node: from its first segment's start to its last one's end.
struct Candidate {
  SegmentIds segments;
  /// The node by the job: it may have been another machine in each.
  std::map<std::string, std::string> nodes;
  std::string node;  ///< the first of them
  std::optional<int> node_rank;
  WallTime begin;
  WallTime end;
};

Result<std::optional<Candidate>> candidate_of(const RunStore& store, SegmentIds segments) {
  Candidate found;
  for (std::size_t i = 0; i < segments.ids.size(); ++i) {
    const auto row = store.row(segments.ids[i]);
    if (!row) return propagate(row.error());
    if (!row->started) return std::optional<Candidate>{};
    const WallTime end{row->started->ns + static_cast<std::int64_t>(row->duration.value() * 1e9)};
    if (i == 0) found.begin = *row->started;
    if (is_of_several_nodes(*row)) {
      if (found.nodes.empty()) found.node = node_of(*row), found.node_rank = row->job.node_rank;
      found.nodes.emplace(trace::key_of(row->job), node_of(*row));
    }
    if (i == 0 || end.ns > found.end.ns) found.end = end;
  }
  if (found.nodes.empty()) return std::optional<Candidate>{};
  found.segments = std::move(segments);
  return std::optional(std::move(found));
}

/// Whether both measured the same node for the same job.
bool is_same_node(const Candidate& a, const Candidate& b) {
  return std::ranges::any_of(a.nodes, [&](const auto& node) {
    const auto found = b.nodes.find(node.first);
    return found != b.nodes.end() && found->second == node.second;
  });
}

/// Above 0: the time for which both ran; below: the time between them.
Seconds overlap(const Candidate& a, const Candidate& b) {
  return Seconds{1e-9 * static_cast<double>(std::min(a.end.ns, b.end.ns) - std::max(a.begin.ns, b.begin.ns))};
}

/// Clocks of nodes may differ by minutes, and a short training then seems to have run at another time.
constexpr Seconds most_apart{600};

}  // namespace

bool is_of_several_nodes(const RunRow& row) {
  return row.job.node_count.value_or(1) > 1 && !trace::key_of(row.job).empty();
}

Result<JobNodes> nodes_of(const RunStore& store, SegmentIds segments) {
  JobNodes found;
  auto own = candidate_of(store, segments);
  if (!own) return propagate(own.error());
  if (!*own) {
    found.nodes.push_back(std::move(segments));
    return found;
  }
  std::vector<RunRow> rows;
  for (const auto& [key, node] : (*own)->nodes) {
    store::RunQuery query;
    query.job_key = key;
    auto some = store.find(query);
    if (!some) return propagate(some.error());
    std::ranges::move(*some, std::back_inserter(rows));
  }
  std::set<std::string> seen(segments.ids.begin(), segments.ids.end());
  std::vector<Candidate> chosen;
  for (const auto& other : rows) {
    if (seen.contains(other.id)) continue;
    auto its = store::segments_of(store, other.id);
    if (!its) return propagate(its.error());
    seen.insert(its->ids.begin(), its->ids.end());
    auto candidate = candidate_of(store, std::move(*its));
    if (!candidate) return propagate(candidate.error());
    if (!*candidate) continue;
    const auto common = overlap(**own, **candidate);
    if (is_same_node(**candidate, **own)) {
      if (common > Seconds{0}) found.rivals.push_back((*candidate)->segments.ids.front());
      continue;
    }
    if (common < Seconds{0} - most_apart) continue;
    const auto known =
        std::ranges::find_if(chosen, [&](const Candidate& one) { return is_same_node(one, **candidate); });
    if (known == chosen.end())
      chosen.push_back(std::move(**candidate));
    else if (common > overlap(**own, *known))
      *known = std::move(**candidate);
  }
  std::vector<Candidate> nodes{std::move(**own)};
  std::ranges::move(chosen, std::back_inserter(nodes));
  std::ranges::stable_sort(
      nodes, {}, [](const Candidate& one) { return std::pair(one.node_rank.value_or(1'000'000), one.node); });
  for (auto& node : nodes) found.nodes.push_back(std::move(node.segments));
  return found;
}

}  // namespace joulecast::session
