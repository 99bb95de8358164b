#include "session/runs/job_nodes.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "session/runs/job_launches.hpp"

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
  std::vector<RunRow> rows;   ///< of its segments
  std::vector<RunRow> parts;  ///< those that are of jobs of several nodes
  WallTime begin;
  WallTime end;

  [[nodiscard]] std::string node() const { return node_of(parts.front()); }
  [[nodiscard]] int place() const { return parts.front().job.node_rank.value_or(1'000'000); }
};

Result<std::optional<Candidate>> candidate_of(const RunStore& store, SegmentIds segments) {
  Candidate found;
  for (std::size_t i = 0; i < segments.ids.size(); ++i) {
    auto row = store.row(segments.ids[i]);
    if (!row) return propagate(row.error());
    if (!row->started) return std::optional<Candidate>{};
    const WallTime end{row->started->ns + static_cast<std::int64_t>(row->duration.value() * 1e9)};
    if (i == 0) found.begin = *row->started;
    if (i == 0 || end.ns > found.end.ns) found.end = end;
    if (is_of_several_nodes(*row)) found.parts.push_back(*row);
    found.rows.push_back(std::move(*row));
  }
  if (found.parts.empty()) return std::optional<Candidate>{};
  found.segments = std::move(segments);
  return std::optional(std::move(found));
}

/// Whether a segment of one and a segment of the other are of one start of a job and, if asked for, of one
/// node.
enum class Common { launch, node };
bool have(Common common, const Candidate& a, const Candidate& b) {
  return std::ranges::any_of(a.parts, [&](const RunRow& one) {
    return std::ranges::any_of(b.parts, [&](const RunRow& other) {
      return launch_of(one.job) == launch_of(other.job) &&
             (common == Common::launch || node_of(one) == node_of(other));
    });
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

namespace {

/// Finds the runs that belong together: those of the jobs of the first one, of the jobs of these, and so on.
class Search {
 public:
  Search(const RunStore& store, Candidate own) : store_(store) {
    seen_.insert(own.segments.ids.begin(), own.segments.ids.end());
    nodes_.push_back(std::move(own));
  }

  [[nodiscard]] Status run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      std::set<std::string> keys;  // a copy: more nodes are found below
      for (const auto& part : nodes_[i].parts) keys.insert(trace::key_of(part.job));
      for (const auto& key : keys)
        if (keys_.insert(key).second)
          if (auto taken = take_runs_of(key); !taken) return taken;
    }
    return {};
  }

  [[nodiscard]] JobNodes take() {
    std::ranges::stable_sort(
        nodes_, {}, [](const Candidate& one) { return std::tuple(one.place(), one.node(), one.begin.ns); });
    JobNodes found;
    found.rivals = std::move(rivals_);
    std::vector<NodeChain> chains;
    for (auto& node : nodes_) {
      found.nodes.push_back(node.segments);
      chains.push_back({std::move(node.segments), std::move(node.rows)});
    }
    found.launches = launches_of(chains);
    return found;
  }

 private:
  [[nodiscard]] Status take_runs_of(const std::string& key) {
    store::RunQuery query;
    query.job_key = key;
    const auto rows = store_.find(query);
    if (!rows) return propagate(rows.error());
    for (const auto& row : *rows) {
      if (seen_.contains(row.id)) continue;
      auto segments = store::segments_of(store_, row.id);
      if (!segments) return propagate(segments.error());
      seen_.insert(segments->ids.begin(), segments->ids.end());
      auto candidate = candidate_of(store_, std::move(*segments));
      if (!candidate) return propagate(candidate.error());
      if (*candidate) take(std::move(**candidate));
    }
    return {};
  }

  void take(Candidate candidate) {
    const auto& own = nodes_.front();
    const auto common = overlap(own, candidate);
    if (have(Common::node, candidate, own)) {
      if (common > Seconds{0}) rivals_.push_back(candidate.segments.ids.front());
      return;
    }
    const bool belongs = std::ranges::any_of(nodes_, [&](const Candidate& one) {
      return have(Common::launch, one, candidate) && overlap(one, candidate) >= Seconds{0} - most_apart;
    });
    if (!belongs) return;
    const auto known = std::find_if(nodes_.begin() + 1, nodes_.end(),
                                    [&](const Candidate& one) { return have(Common::node, one, candidate); });
    if (known == nodes_.end())
      nodes_.push_back(std::move(candidate));
    else if (common > overlap(own, *known))
      *known = std::move(candidate);
  }

  const RunStore& store_;
  std::vector<Candidate> nodes_;  ///< the first one is that which was asked for
  std::vector<std::string> rivals_;
  std::set<std::string> seen_, keys_;
};

}  // namespace

Result<JobNodes> nodes_of(const RunStore& store, SegmentIds segments) {
  auto own = candidate_of(store, segments);
  if (!own) return propagate(own.error());
  if (!*own) {
    JobNodes alone;
    alone.nodes.push_back(std::move(segments));
    return alone;
  }
  Search search(store, std::move(**own));
  if (auto done = search.run(); !done) return propagate(done.error());
  return search.take();
}

}  // namespace joulecast::session
