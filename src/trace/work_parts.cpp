#include "trace/work_parts.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

namespace joulecast::trace {
namespace {

constexpr std::size_t most_parts = 10;

std::optional<std::size_t> phase_to_cut(const Run& run) {
  std::optional<std::size_t> longest;
  for (std::size_t i = 0; i < run.phases.size(); ++i) {
    const auto& phase = run.phases[i];
    if (phase.unit == "epoch" || phase.unit == "percent" || phase.span.length() <= Seconds{0}) continue;
    if (!longest || phase.span.length() > run.phases[*longest].span.length()) longest = i;
  }
  return longest;
}

}  // namespace

std::vector<WorkPart> work_parts(const Run& run) {
  const auto phase = phase_to_cut(run);
  if (!phase) return {};
  std::vector<ProgressPoint> points;
  for (const auto& point : run.progress)
    if (point.phase == *phase) points.push_back(point);
  if (points.size() < 2 * most_parts) return {};
  const double first = points.front().work;
  const double all = points.back().work - first;
  std::vector<WorkPart> parts;
  auto begin = points.begin();
  for (std::size_t i = 1; i <= most_parts; ++i) {
    const double wanted = first + all * static_cast<double>(i) / most_parts;
    const auto reached = [wanted](const ProgressPoint& point) { return point.work >= wanted; };
    const auto end = i == most_parts ? std::prev(points.end()) : std::find_if(begin, points.end(), reached);
    // One point may move past several shares.
    if (end == points.end() || end->work <= begin->work || end->time <= begin->time) continue;
    parts.push_back({*phase, begin->work, end->work, {begin->time, end->time}});
    begin = end;
  }
  return parts;
}

}  // namespace joulecast::trace
