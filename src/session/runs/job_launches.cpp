#include "session/runs/job_launches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "trace/handover.hpp"
#include "trace/missing_nodes.hpp"

namespace joulecast::session {
namespace {

using store::RunRow;

/// A launch while its runs are found.
struct Start {
  struct Node {
    int place = std::numeric_limits<int>::max();
    std::string name;
    store::SegmentIds segments;
  };
  trace::Job job;
  std::optional<WallTime> begin;
  std::vector<Node> nodes;
};

bool is_handover(const RunRow& before, const RunRow& next) {
  if (!before.started || !next.started) return false;
  return trace::is_handover(before.job, next.job, *next.started - *before.started - before.duration);
}

/// For each row the name of its launch. A job's step may train several times, one after the other.
std::vector<std::string> names_of(const NodeChain& chain) {
  std::map<std::string, int> times;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < chain.rows.size(); ++i) {
    const auto& row = chain.rows[i];
    if (i > 0 && is_handover(chain.rows[i - 1], row)) {
      names.push_back(names.back());
      continue;
    }
    const auto name = is_of_several_nodes(row) ? launch_of(row.job) : "alone " + row.id;
    names.push_back(fmt::format("{}, time {}", name, ++times[name]));
  }
  return names;
}

void add(Start& start, const RunRow& row, std::size_t chain, std::map<std::size_t, std::size_t>& places) {
  if (!start.begin || (row.started && *row.started < *start.begin)) start.begin = row.started;
  start.job = row.job;
  const auto [place, fresh] = places.try_emplace(chain, start.nodes.size());
  if (fresh) start.nodes.emplace_back();
  auto& node = start.nodes[place->second];
  node.place = row.job.node_rank.value_or(node.place);
  node.name = row.job.node.empty() ? row.host : row.job.node;
  node.segments.ids.push_back(row.id);
}

/// The names of all chains in one order that is that of each of them.
class Merge {
 public:
  Merge(std::vector<std::vector<std::string>> chains, const std::map<std::string, Start>& starts)
      : chains_(std::move(chains)), starts_(starts) {}

  [[nodiscard]] std::vector<std::string> take() {
    std::vector<std::string> order;
    while (const auto* next = earliest(true) != nullptr ? earliest(true) : earliest(false)) {
      order.push_back(*next);
      for (auto& chain : chains_) std::erase(chain, order.back());
    }
    return order;
  }

 private:
  /// Of the first ones of the chains, and only of those that nothing comes before. Of chains that
  /// contradict each other, as only a damaged store has them, there may be no such one.
  [[nodiscard]] const std::string* earliest(bool first_everywhere) const {
    const std::string* found = nullptr;
    const auto begin_of = [&](const std::string& name) {
      return starts_.at(name).begin.value_or(WallTime{});
    };
    for (const auto& chain : chains_) {
      if (chain.empty()) continue;
      const auto& name = chain.front();
      const bool waits = std::ranges::any_of(chains_, [&](const std::vector<std::string>& other) {
        return std::ranges::find(other, name) != other.end() && other.front() != name;
      });
      if (first_everywhere && waits) continue;
      if (found == nullptr || begin_of(name) < begin_of(*found)) found = &name;
    }
    return found;
  }

  std::vector<std::vector<std::string>> chains_;
  const std::map<std::string, Start>& starts_;
};

}  // namespace

std::string launch_of(const trace::Job& job) {
  const auto key = trace::key_of(job);
  return job.launcher == "torchrun" ? key : fmt::format("{}, start {}", key, job.restarts.value_or(0));
}

int missing_nodes(const JobLaunch& launch) {
  return std::max(0, trace::expected_nodes(launch.job) - static_cast<int>(launch.nodes.size()));
}

std::vector<JobLaunch> launches_of(const std::vector<NodeChain>& chains) {
  std::map<std::string, Start> starts;
  std::map<std::string, std::map<std::size_t, std::size_t>> places;  // of a chain among the start's nodes
  std::vector<std::vector<std::string>> names;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    names.push_back(names_of(chains[i]));
    for (std::size_t j = 0; j < chains[i].rows.size(); ++j)
      add(starts[names[i][j]], chains[i].rows[j], i, places[names[i][j]]);
    if (!names[i].empty()) {
      auto& first = starts[names[i].front()];
      first.nodes[places[names[i].front()][i]].segments.lost = chains[i].segments.lost;
    }
    // Not std::ranges::unique, whose subrange clang 14 does not compile.
    names[i].erase(std::unique(names[i].begin(), names[i].end()), names[i].end());
  }
  std::vector<JobLaunch> launches;
  if (starts.size() < 2) return launches;
  for (const auto& name : Merge(names, starts).take()) {
    auto& start = starts[name];
    std::ranges::stable_sort(start.nodes, {},
                             [](const Start::Node& node) { return std::tuple(node.place, node.name); });
    auto& launch = launches.emplace_back(JobLaunch{start.job, {}});
    for (auto& node : start.nodes) launch.nodes.push_back(std::move(node.segments));
  }
  return launches;
}

}  // namespace joulecast::session
