#include "session/runs/job_nodes.hpp"

#include <algorithm>
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
  std::string node;
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
    if (i == 0) found.node = node_of(*row), found.node_rank = row->job.node_rank, found.begin = *row->started;
    if (i == 0 || end.ns > found.end.ns) found.end = end;
  }
  found.segments = std::move(segments);
  return std::optional(std::move(found));
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
  const auto row = store.row(segments.ids.front());
  if (!row) return propagate(row.error());
  auto own = is_of_several_nodes(*row) ? candidate_of(store, segments)
                                       : Result<std::optional<Candidate>>(std::optional<Candidate>{});
  if (!own) return propagate(own.error());
  if (!*own) {
    found.nodes.push_back(std::move(segments));
    return found;
  }
  store::RunQuery query;
  query.job_key = trace::key_of(row->job);
  const auto rows = store.find(query);
  if (!rows) return propagate(rows.error());
  std::set<std::string> seen(segments.ids.begin(), segments.ids.end());
  std::map<std::string, Candidate> chosen;
  for (const auto& other : *rows) {
    if (seen.contains(other.id)) continue;
    auto its = store::segments_of(store, other.id);
    if (!its) return propagate(its.error());
    seen.insert(its->ids.begin(), its->ids.end());
    auto candidate = candidate_of(store, std::move(*its));
    if (!candidate) return propagate(candidate.error());
    if (!*candidate) continue;
    const auto common = overlap(**own, **candidate);
    if ((*candidate)->node == (*own)->node) {
      if (common > Seconds{0}) found.rivals.push_back((*candidate)->segments.ids.front());
      continue;
    }
    if (common < Seconds{0} - most_apart) continue;
    const auto known = chosen.find((*candidate)->node);
    if (known == chosen.end())
      chosen.emplace((*candidate)->node, std::move(**candidate));
    else if (common > overlap(**own, known->second))
      known->second = std::move(**candidate);
  }
  std::vector<Candidate> nodes{std::move(**own)};
  for (auto& [node, candidate] : chosen) nodes.push_back(std::move(candidate));
  std::ranges::stable_sort(
      nodes, {}, [](const Candidate& one) { return std::pair(one.node_rank.value_or(1'000'000), one.node); });
  for (auto& node : nodes) found.nodes.push_back(std::move(node.segments));
  return found;
}

}  // namespace joulecast::session
