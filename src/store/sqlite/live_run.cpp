#include "store/sqlite/live_run.hpp"

#include <algorithm>

#include "store/journal_row.hpp"
#include "store/sql/closing.hpp"
#include "store/sql/pending_rows.hpp"
#include "store/sql/records.hpp"
#include "store/sql/samples.hpp"
#include "store/sqlite/copy_run.hpp"
#include "store/sqlite/open_file.hpp"
#include "store/sqlite/shared_index.hpp"

namespace joulecast::store::sqlite {
using namespace sql;
namespace {

// The journal is packed when it exceeds this many rows, or a channel has too many samples in it.
constexpr std::int64_t journal_rows = 1024;

}  // namespace

SqliteLiveRun::SqliteLiveRun(Database database, OpenOptions options)
    : database_(std::move(database)), options_(std::move(options)), watch_(database_) {
  use_lazy_sync();
}

void SqliteLiveRun::use_lazy_sync() {
  sync_.reset();
  if (options_.durability == Durability::soon && commit_lazily(database_)) sync_.emplace(database_.where());
}

/// A connection made anew makes a new index from the log, as soon as nobody else in this process holds the
/// old one: others who record here close theirs in the same way.
Status SqliteLiveRun::recover_index() {
  if (database_.is_open() && !is_index_lost()) return {};
  database_.close();
  if (auto sound = check_index(where()); !sound) return sound;
  auto again = open_again(where(), options_);
  if (!again) return propagate(again.error());
  database_ = std::move(*again);
  use_lazy_sync();
  return {};
}

Status SqliteLiveRun::look() {
  if (auto recovered = recover_index(); !recovered) return recovered;
  return look_at_files(sync_ && sync_->took_changes());
}

Status SqliteLiveRun::look_at_files(bool changes_known) {
  return watch_.look(begun_ ? std::optional{header_.info.id} : std::nullopt, changes_known);
}

Result<bool> SqliteLiveRun::move_to(const std::string& store, Leaving why) {
  if (auto made = open_file(store, Access::write, options_); !made) return propagate(made.error());
  auto next = open_again(store, options_);
  if (!next) return propagate(next.error());
  // The open connection still reaches a file that was removed or renamed. What others have just stored there
  // is merged into it, because its log stays behind.
  if (watch_.file_is_elsewhere()) (void)database_.script("PRAGMA wal_checkpoint(PASSIVE)");
  const bool copied = !begun_ || copy_run(database_, key_, store).has_value();
  // A store that refuses this run alone is sound, and its log holds what others have just stored.
  const bool sound = why == Leaving::locked || look_at_files(/*changes_known=*/false).has_value();
  if (!sound) watch_.remove_log();
  end_of_file();  // its rows come with the next commit
  database_ = std::move(*next);
  watch_ = FileWatch(database_);
  use_lazy_sync();
  if (copied) return true;
  begun_ = false;
  journal_ = packed_ = 0;
  samples_ = 0;
  return false;
}

Status SqliteLiveRun::append(const Pending& readings) {
  if (!begun_ || !sync_) return fail(ErrorKind::unavailable, where(), "only commits are kept here");
  const auto row = encode(readings.columns);
  if (!file_) {
    auto made = ReadingsFile::create(where(), header_.info.id);
    if (!made) return propagate(made.error());
    file_ = std::move(*made);
  }
  if (auto added = file_->add(heartbeat_, row); !added) {
    end_of_file();
    return added;
  }
  row_.insert(row_.end(), row.begin(), row.end());
  latest_ = std::max(latest_, readings.latest);
  samples_ += readings.samples();
  return {};
}

void SqliteLiveRun::end_of_file() {
  if (file_) file_->remove();
  file_.reset();
}

Buffer SqliteLiveRun::encode(const std::map<int, Column>& columns) const {
  std::vector<Column> list;
  for (const auto& [number, column] : columns) list.push_back(column);
  return encode_journal_row(list, channels_);
}

/// No two commits have the same, so that it tells which commit the rows of the file follow.
WallTime SqliteLiveRun::next_heartbeat() const {
  const auto now = options_.clock->wall();
  return now == heartbeat_ ? WallTime{now.ns + 1} : now;
}

Status SqliteLiveRun::commit(const Pending& pending, const std::optional<Closing>& closing) {
  for (const auto& [number, channel] : pending.channels)
    if (number == channels_.size()) channels_.push_back(channel);
  for (const auto& [place, phase] : pending.phases) phases_[place] = phase;

  if (sync_)
    if (auto status = choose_sync(database_); !status) return status;
  const auto heartbeat = next_heartbeat();
  Transaction transaction(database_);
  if (!begun_ && transaction.ok()) {
    key_ = insert_run(transaction, header_, current_owner(options_.roots), heartbeat);
    for (const auto& [name, value] : header_.tags) put_tag(transaction, key_, name, value);
  }
  say_alive(transaction, heartbeat, std::max(latest_, pending.latest));
  const bool has_readings = !row_.empty() || !pending.columns.empty();
  write(transaction, pending);
  auto notes = told_notes_;
  notes.insert(notes.end(), pending.notes.begin(), pending.notes.end());
  if (notes.size() > told_notes_.size() || pending.header) {
    auto all = pending.header ? pending.header->notes : header_.notes;
    all.insert(all.end(), notes.begin(), notes.end());
    put_notes(transaction, key_, all);
  }
  if (pending.header) put_new_tags(transaction, *pending.header);
  if (closing) close_run(transaction, key_, *closing);
  if (auto status = transaction.commit(); !status) {
    if (status.error().kind == ErrorKind::gone) end_of_file();
    return status;
  }

  begun_ = true;
  heartbeat_ = heartbeat;
  if (closing)
    end_of_file();
  else if (file_ && !row_.empty())
    file_->clear();
  row_.clear();
  latest_.reset();
  told_notes_ = std::move(notes);
  if (pending.header) {
    header_.notes = pending.header->notes;
    header_.tags.insert(pending.header->tags.begin(), pending.header->tags.end());
  }
  if (has_readings) ++journal_;
  samples_ += pending.samples();
  if (!closing) pack();
  watch_.remember_log();
  if (sync_ && closing)
    sync_->at_end();
  else if (sync_)
    sync_->after_commit();
  return {};
}

/// Tags that the measurement has learned since. Those that a user changed meanwhile stay as they are.
void SqliteLiveRun::put_new_tags(Transaction& transaction, const trace::Run& header) const {
  for (const auto& [name, value] : header.tags)
    if (!header_.tags.contains(name)) put_tag(transaction, key_, name, value);
}

void SqliteLiveRun::say_alive(Transaction& transaction, WallTime now, std::optional<Seconds> latest) {
  // Usually it is marked as running already, and marking it again would rewrite its index entry.
  if (put_heartbeat(transaction, key_, now, latest) || !transaction.ok()) return;
  forget_what_others_took(transaction);
  put_running_again(transaction, key_, header_.info.id, now, latest);
}

/// Who closed the run has taken its file's rows in, and has changed the heartbeat.
void SqliteLiveRun::forget_what_others_took(Transaction& transaction) {
  if (!transaction.ok() || !begun_) return;
  auto run = transaction.database().query("SELECT heartbeat_ns FROM run WHERE key = ?", key_);
  if (run.row() && run.optional_integer(0) != heartbeat_.ns) row_.clear();
}

void SqliteLiveRun::write(Transaction& transaction, const Pending& pending) {
  if (begun_)
    for (const auto& [number, channel] : pending.channels) put_channel(transaction, key_, number, channel);
  else  // also those of before the run moved to another store
    for (std::size_t number = 0; number < channels_.size(); ++number)
      put_channel(transaction, key_, number, channels_[number]);
  auto row = row_;
  const auto latest_part = encode(pending.columns);
  row.insert(row.end(), latest_part.begin(), latest_part.end());
  if (!row.empty())
    transaction.run("INSERT INTO journal (run, number, data) VALUES (?, ?, ?)", key_, journal_, Bytes(row));
  if (!begun_)
    for (const auto& [place, phase] : phases_) put_phase(transaction, key_, place, phase);
  put_pending(transaction, key_, pending);
}

void SqliteLiveRun::pack() {
  if (journal_ - packed_ < journal_rows && samples_ < chunk_length) return;
  Transaction transaction(database_);
  pack_journal(transaction, key_, channels_);
  if (!transaction.commit()) return;  // a long journal does no harm, and the next commit tries again
  packed_ = journal_;
  samples_ = 0;
}

}  // namespace joulecast::store::sqlite
