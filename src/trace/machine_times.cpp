#include "trace/machine_times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "trace/segment.hpp"
#include "trace/shift.hpp"

namespace joulecast::trace {
namespace {

/// Beyond what the ends of two nodes' segments differ by.
bool meet(const std::vector<Span>& some, const std::vector<Span>& others) {
  constexpr double least_share = 0.1;
  for (const auto& a : some)
    for (const auto& b : others)
      if (intersect(a, b).length() > std::min(a.length(), b.length()) * least_share) return true;
  return false;
}

void rename(Run& run, const std::string& node, const std::string& own) {
  const auto take = [&](std::string& name) {
    if (name.starts_with(node + "/")) name = own + name.substr(node.size());
  };
  for (auto& [channel, times, values, gaps] : run.traces) {
    if (channel.node != node) continue;
    channel.node = own;
    take(channel.name);
    take(channel.contained_in);
  }
}

/// By the names that the run's channels have. Segments on several hosts are named by these (join_segments).
std::map<std::string, std::vector<Span>> times_of(const Run& run, Seconds by) {
  std::map<std::string, std::vector<Span>> times;
  for (const auto& trace : run.traces) times[trace.channel.node];
  const auto& segments = run.info.segments;
  const bool one_host = std::ranges::all_of(
      segments, [&](const Segment& segment) { return segment.hostname == segments.front().hostname; });
  for (auto& [node, spans] : times) {
    if (segments.empty()) spans.push_back(run.span);
    for (const auto& segment : segments)
      if (one_host || segment.hostname == node) spans.push_back(shifted(segment.span, by));
  }
  return times;
}

}  // namespace

void MachineTimes::add(Run& run, Seconds by, std::vector<std::string>& notes) {
  ++runs_;
  for (auto& [node, times] : times_of(run, by)) {
    auto& known = spans_[node];
    if (!known.empty() && !meet(known, times)) {
      const auto own = fmt::format("{}@{}", node, runs_);
      rename(run, node, own);
      notes.push_back(
          fmt::format("{} had another place in another job: what it used there is that of {}", node, own));
    }
    known.insert(known.end(), times.begin(), times.end());
  }
}

}  // namespace joulecast::trace
