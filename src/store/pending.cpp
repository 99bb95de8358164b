#include "store/pending.hpp"

#include <algorithm>
#include <iterator>

namespace joulecast::store {
namespace {

template <class T>
void join(std::vector<T>& list, std::vector<T>&& later) {
  list.insert(list.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
}

template <class Key, class T>
void replace(std::map<Key, T>& list, std::map<Key, T>&& later) {
  for (auto& [place, part] : later) list[place] = std::move(part);
}

}  // namespace

bool Pending::empty() const {
  return columns.empty() && only_readings();
}

bool Pending::only_readings() const {
  return channels.empty() && gaps.empty() && epochs.empty() && phases.empty() && progress.empty() &&
         windows.empty() && metrics.empty() && projections.empty() && notes.empty() && !header;
}

std::size_t Pending::samples() const {
  std::size_t count = 0;
  for (const auto& [number, column] : columns) count = std::max(count, column.times.size());
  return count;
}

void Pending::take(Pending&& later) {
  for (auto& [number, column] : later.columns) {
    auto& mine = columns[number];
    mine.channel = number;
    mine.make_room(column.times.size());
    join(mine.times, std::move(column.times));
    join(mine.values, std::move(column.values));
  }
  join(channels, std::move(later.channels));
  join(gaps, std::move(later.gaps));
  replace(epochs, std::move(later.epochs));
  replace(phases, std::move(later.phases));
  replace(progress, std::move(later.progress));
  replace(windows, std::move(later.windows));
  join(metrics, std::move(later.metrics));
  join(projections, std::move(later.projections));
  join(notes, std::move(later.notes));
  if (later.header) header = std::move(later.header);
  if (later.latest) saw(*later.latest);
  bytes += later.bytes;
  later = {};
}

}  // namespace joulecast::store
