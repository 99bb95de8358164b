#include "store/inbox.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "store/block.hpp"

namespace joulecast::store {
namespace {

/// A training that reports a window for every step must not fill the store.
constexpr std::size_t most_windows = 20'000;
constexpr std::size_t sample_bytes = sizeof(double) + sizeof(std::int64_t);

}  // namespace

void Inbox::channel(const trace::Channel& channel) {
  const std::lock_guard lock(mutex_);
  pending_.channels.emplace_back(last_times_.size(), channel);
  last_times_.push_back(std::numeric_limits<std::int64_t>::min());
  wake();
}

void Inbox::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  const std::lock_guard lock(mutex_);
  if (channel >= last_times_.size() || times.size() != values.size() || refusing_ ||
      !has_room(times.size() * sample_bytes)) {
    lost_readings_ += times.size();
    return;
  }
  auto& last = last_times_[channel];
  const auto number = static_cast<int>(channel);
  auto& column = pending_.columns[number];
  column.channel = number;
  column.make_room(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto time = std::isfinite(times[i]) ? to_microseconds(times[i]) : last;
    if (time <= last || !std::isfinite(values[i])) {
      ++refused_readings_;
      continue;
    }
    last = time;
    column.times.push_back(time);
    column.values.push_back(values[i]);
    pending_.bytes += sample_bytes;
  }
  if (column.times.empty())
    pending_.columns.erase(number);
  else
    pending_.saw(Seconds{to_seconds(last)});
  wake();
}

void Inbox::progress(const trace::ProgressPoint& point) {
  add([&](Pending& pending) {
    progress_.add(point);
    pending.saw(point.time);
  });
}

void Inbox::epoch(std::size_t place, const trace::Epoch& epoch) {
  add([&](Pending& pending) {
    pending.epochs[place] = epoch;
    pending.saw(epoch.span.end);
    progress_.epoch_ended(epoch.span.end);
  });
}

void Inbox::window(std::size_t place, const trace::Window& window) {
  add([&](Pending& pending) {
    pending.saw(window.span.end);
    if (place < most_windows)
      pending.windows[place] = window;
    else
      ++left_out_windows_;
  });
}

void Inbox::metric(const trace::MetricPoint& point) {
  add([&](Pending& pending) {
    pending.saw(point.time);
    if (!metrics_.take(point)) return;
    const auto bytes = sizeof point + point.name.size();
    if (!has_room(bytes)) {
      ++lost_metrics_;
      return;
    }
    pending.bytes += bytes;
    pending.metrics.push_back(point);
  });
}

void Inbox::hold() {
  const std::lock_guard lock(mutex_);
  ++holds_;
}

void Inbox::let_go() {
  std::unique_lock lock(mutex_);
  --holds_;
  const bool wanted = wanted_now();
  lock.unlock();  // else the woken thread would wait at once
  if (wanted) changed_.notify_one();
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_one();
}

std::uint64_t Inbox::lost_readings() const {
  const std::lock_guard lock(mutex_);
  return lost_readings_;
}

std::uint64_t Inbox::refused_readings() const {
  const std::lock_guard lock(mutex_);
  return refused_readings_;
}

bool Inbox::take(Pending& unwritten, const Wait& wait) {
  std::unique_lock lock(mutex_);
  idle_ = true;
  changed_.wait_until(lock, wait.latest,
                      [&] { return closed_ || ((something_waits() || wait.behind) && holds_ == 0); });
  idle_ = false;
  if (!closed_ && std::chrono::steady_clock::now() < wait.earliest)
    changed_.wait_until(lock, wait.earliest, [this] { return closed_; });
  progress_.take_changes(pending_.progress);
  unwritten.take(std::move(pending_));
  unwritten_bytes_ = unwritten.bytes;
  return closed_;
}

void Inbox::take_last(Pending& unwritten) {
  const std::lock_guard lock(mutex_);
  for (auto& point : metrics_.take_last()) unwritten.metrics.push_back(std::move(point));
  auto& notes = unwritten.notes;
  for (auto& line : metrics_.notes()) notes.push_back(std::move(line));
  if (refused_readings_ > 0)
    notes.push_back(fmt::format("{} readings that were no numbers or did not rise in time were left out",
                                refused_readings_));
  if (lost_readings_ > 0)
    notes.push_back(
        fmt::format("{} readings were lost while the store could not be written", lost_readings_));
  if (lost_metrics_ > 0)
    notes.push_back(fmt::format("{} metrics were lost while the store could not be written", lost_metrics_));
  if (left_out_windows_ > 0)
    notes.push_back(
        fmt::format("{} windows after the first {} were left out", left_out_windows_, most_windows));
}

void Inbox::unwritten(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  unwritten_bytes_ = bytes;
}

void Inbox::give_up(Pending& unwritten) noexcept {
  const std::lock_guard lock(mutex_);
  refusing_ = true;
  for (const auto* lost : {&unwritten, &pending_})
    for (const auto& [number, column] : lost->columns) lost_readings_ += column.times.size();
  unwritten = {};
  pending_ = {};
  unwritten_bytes_ = 0;
}

}  // namespace joulecast::store
