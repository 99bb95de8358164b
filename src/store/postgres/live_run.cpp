#include "store/postgres/live_run.hpp"

#include <algorithm>

#include "store/journal_row.hpp"

namespace joulecast::store::postgres {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_interval{50};

}  // namespace

PostgresLiveRun::PostgresLiveRun(std::string url, JournalFile journal, OpenOptions options)
    : where_(journal.head().store),
      options_(std::move(options)),
      deliverer_(std::move(url), std::move(journal)) {}

Status PostgresLiveRun::append(const Pending&) {
  return fail(ErrorKind::unavailable, where_, "only commits are kept here");
}

Result<bool> PostgresLiveRun::move_to(const std::string& /*store*/, Leaving /*why*/) {
  return fail(ErrorKind::invalid, where_, "the run stays in its journal {}", deliverer_.journal());
}

JournalEntry PostgresLiveRun::entry_of(const Pending& pending, const std::optional<Closing>& closing) {
  JournalEntry entry;
  entry.number = number_ + 1;
  entry.heartbeat = options_.clock->wall();
  if (number_ == 0) entry.start = header_;
  std::vector<Column> columns;
  for (const auto& [number, column] : pending.columns) columns.push_back(column);
  entry.readings = encode_journal_row(columns, channels_);
  entry.samples = static_cast<std::int64_t>(pending.samples());
  entry.pending = pending;
  entry.pending.columns.clear();
  entry.pending.notes.clear();
  entry.closing = closing;
  return entry;
}

Status PostgresLiveRun::commit(const Pending& pending, const std::optional<Closing>& closing) {
  if (deliverer_.is_gone())
    return fail(ErrorKind::gone, where_, "run {} was removed while it ran", header_.info.id);
  for (const auto& [number, channel] : pending.channels)
    if (number == channels_.size()) channels_.push_back(channel);
  auto entry = entry_of(pending, closing);
  auto notes = told_notes_;
  notes.insert(notes.end(), pending.notes.begin(), pending.notes.end());
  if (notes.size() > told_notes_.size() || pending.header) {
    entry.notes = pending.header ? pending.header->notes : header_.notes;
    entry.notes->insert(entry.notes->end(), notes.begin(), notes.end());
  }
  if (auto added = deliverer_.add(entry); !added) return added;
  ++number_;
  told_notes_ = std::move(notes);
  if (pending.header) header_.notes = pending.header->notes;
  closed_ = closing.has_value();
  if (closing) wait_for_delivery();
  return {};
}

/// Not longer than a run waits for a locked file, and not when whoever ends the run is in a hurry.
void PostgresLiveRun::wait_for_delivery() {
  const auto end = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                            std::chrono::duration<double>(patience_.value()));
  while (!done_ && !deliverer_.is_refused() && SteadyClock::now() < end &&
         !(options_.patience && options_.patience->is_over()))
    done_ = deliverer_.wait_until_done(std::min(end, SteadyClock::now() + look_interval));
}

std::optional<Waiting> PostgresLiveRun::waiting() const {
  const auto trouble = deliverer_.trouble();
  if (done_ || (!trouble && !closed_)) return std::nullopt;
  return Waiting{deliverer_.journal(),
                 trouble ? to_string(*trouble) : where_ + ": the server does not answer"};
}

}  // namespace joulecast::store::postgres
