#include "store/pending.hpp"

#include <algorithm>
#include <iterator>

#include "store/documents.hpp"
#include "store/records.hpp"

namespace joulecast::store {
namespace {

template <class T>
void join(std::vector<T>& list, std::vector<T>&& later) {
  list.insert(list.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
}

}  // namespace

bool Pending::empty() const {
  return columns.empty() && channels.empty() && gaps.empty() && epochs.empty() && metrics.empty() &&
         projections.empty() && sensors.empty() && notes.empty() && !sampler_cpu && !idle_baseline &&
         !description;
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
    join(mine.times, std::move(column.times));
    join(mine.values, std::move(column.values));
  }
  join(channels, std::move(later.channels));
  join(gaps, std::move(later.gaps));
  for (auto& [place, epoch] : later.epochs) epochs[place] = std::move(epoch);
  join(metrics, std::move(later.metrics));
  join(projections, std::move(later.projections));
  for (auto& [name, status] : later.sensors) sensors[name] = std::move(status);
  join(notes, std::move(later.notes));
  if (later.sampler_cpu) sampler_cpu = later.sampler_cpu;
  if (later.idle_baseline) idle_baseline = later.idle_baseline;
  if (later.description) description = std::move(later.description);
  if (later.latest) saw(*later.latest);
  bytes += later.bytes;
  later = {};
}

void Pending::write(Transaction& transaction, std::int64_t run, std::int64_t journal_number,
                    std::span<const trace::Channel> all_channels) const {
  for (const auto& [number, channel] : channels) put_channel(transaction, run, number, channel);
  std::vector<Column> in_order;
  for (const auto& [number, column] : columns) in_order.push_back(column);
  write_journal(transaction, run, journal_number, in_order, all_channels);
  for (const auto& [channel, gap] : gaps) put_gap(transaction, run, channel, gap);
  for (const auto& [place, epoch] : epochs) put_epoch(transaction, run, place, epoch);
  for (const auto& point : metrics) put_metric(transaction, run, point);
  for (const auto& projection : projections) put_projection(transaction, run, projection);
  for (const auto& [name, status] : sensors) put_sensor(transaction, run, status);
  if (sampler_cpu) transaction.run("UPDATE run SET sampler_cpu_s = ? WHERE key = ?", *sampler_cpu, run);
  if (idle_baseline) transaction.run("UPDATE run SET idle_baseline_w = ? WHERE key = ?", *idle_baseline, run);
  if (description)
    transaction.run("UPDATE run SET info = ?, host = ?, name = ? WHERE key = ?",
                    to_document(description->first), to_document(description->second),
                    description->first.name, run);
}

}  // namespace joulecast::store
