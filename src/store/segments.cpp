#include "store/segments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace joulecast::store {
namespace {

/// Links that lead in a circle, as only a damaged store has them, end the search.
constexpr std::size_t most_segments = 10'000;

}  // namespace

Result<SegmentIds> segments_of(const RunStore& store, const std::string& id) {
  SegmentIds found;
  std::set<std::string> seen;
  auto first = id;
  while (seen.insert(first).second) {
    const auto row = store.row(first);
    if (!row && first != id && row.error().kind == ErrorKind::invalid) {
      found.lost = first;
      break;
    }
    if (!row) return propagate(row.error());
    if (!found.ids.empty()) found.ids.clear();
    found.ids.push_back(row->id);
    if (row->continues.empty()) break;
    first = row->continues;
  }
  std::set<std::string> taken(found.ids.begin(), found.ids.end());
  for (std::size_t i = 0; i < found.ids.size() && i < most_segments; ++i) {
    RunQuery query;
    query.continues = found.ids[i];
    query.descending = false;
    auto next = store.find(query);
    if (!next) return propagate(next.error());
    for (auto& row : *next)
      if (taken.insert(row.id).second) found.ids.push_back(std::move(row.id));
  }
  return found;
}

Result<trace::Run> read_joined(const RunStore& store, const SegmentIds& segments, Reading reading) {
  std::vector<trace::Run> runs;
  for (const auto& id : segments.ids) {
    auto run = reading == Reading::whole ? store.load(id) : store.summary(id);
    if (!run) return propagate(run.error());
    runs.push_back(std::move(*run));
  }
  auto joined = trace::join_segments(std::move(runs));
  if (!segments.lost.empty())
    joined.notes.push_back(fmt::format(
        "goes on with the run {}, which is not in this store: its energy is not counted", segments.lost));
  return joined;
}

}  // namespace joulecast::store
