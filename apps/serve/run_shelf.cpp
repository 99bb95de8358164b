#include "serve/run_shelf.hpp"

#include <algorithm>

#include "session/runs/open_store.hpp"

namespace joulecast::serve {
namespace {

/// 16 bytes each, and as much again for the run's total.
constexpr std::size_t most_readings = 12'000'000;
constexpr Seconds shortest{1};
constexpr double times_reading = 10;

std::size_t readings_of(const session::PowerHistory& history) {
  std::size_t readings = history.total ? history.total->size() : 0;
  for (const auto& trace : history.run.traces) readings += trace.size();
  return readings;
}

}  // namespace

Result<RunShelf::Kept> RunShelf::get(const std::string& reference) {
  const auto store = session::open_store(store_, store::Access::read);
  if (!store) return propagate(store.error());
  const auto row = (*store)->row(reference);
  if (!row) return propagate(row.error());
  const bool running = row->status == trace::RunStatus::running;
  if (auto found = kept(row->id, running)) return found;
  const std::lock_guard reading(reading_);
  if (auto found = kept(row->id, running)) return found;
  const auto began = clock_->steady();
  auto run = (*store)->load(row->id);
  if (!run) return propagate(run.error());
  const bool still_running = run->status == trace::RunStatus::running;
  auto history = std::make_shared<const session::PowerHistory>(session::power_history(std::move(*run)));
  const auto now = clock_->steady();
  keep({row->id, history, readings_of(*history), still_running,
        now + std::max(shortest, (now - began) * times_reading)});
  return history;
}

RunShelf::Kept RunShelf::kept(const std::string& id, bool running) {
  const std::lock_guard guard(mutex_);
  const auto found = std::ranges::find(entries_, id, &Entry::id);
  if (found == entries_.end()) return nullptr;
  const bool old = found->running && (!running || found->until < clock_->steady());
  if (old) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().history;
}

void RunShelf::keep(Entry entry) {
  const std::lock_guard guard(mutex_);
  std::erase_if(entries_, [&](const Entry& kept) { return kept.id == entry.id; });
  entries_.push_front(std::move(entry));
  std::size_t readings = 0;
  for (auto at = entries_.begin(); at != entries_.end();) {
    readings += at->readings;
    const bool goes = readings > most_readings && at != entries_.begin();
    at = goes ? entries_.erase(at) : std::next(at);
  }
}

}  // namespace joulecast::serve
