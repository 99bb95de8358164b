#include "store/postgres/delivery.hpp"

#include "store/column.hpp"
#include "store/sql/closing.hpp"
#include "store/sql/pending_rows.hpp"
#include "store/sql/records.hpp"
#include "store/sql/samples.hpp"

namespace joulecast::store::postgres {
namespace {

// Rows of the journal are packed when there are this many, or a channel has too many samples in them.
constexpr std::int64_t most_unpacked_entries = 512;
constexpr std::size_t bytes_at_once = 1 << 20;

}  // namespace

Result<Delivery::Place> Delivery::find(sql::Transaction& transaction) const {
  auto row = transaction.database().query("SELECT key, delivered FROM @own_run WHERE delivery = ? FOR UPDATE",
                                          head_.token);
  Place place;
  if (row.row()) place = {row.integer(0), row.integer(1)};
  if (auto status = row.status(); !status) return propagate(status.error());
  return place;
}

std::int64_t Delivery::begin(sql::Transaction& transaction, const JournalEntry& first) const {
  auto run = *first.start;
  {
    auto taken = transaction.database().query("SELECT 1 FROM @run WHERE id = ?", run.info.id);
    // Among many writers two runs that begin in the same second may have drawn the same characters.
    if (taken.row()) run.info.id += "-" + head_.token.substr(0, 4);
    transaction.require(taken.status());
  }
  const auto key = insert_run(transaction, run, head_.owner, first.heartbeat);
  transaction.run("UPDATE @own_run SET delivery = ? WHERE key = ?", head_.token, key);
  for (const auto& [name, value] : run.tags) put_tag(transaction, key, name, value);
  return key;
}

void Delivery::store(sql::Transaction& transaction, std::int64_t key, const JournalEntry& entry) const {
  for (const auto& [number, channel] : entry.pending.channels) put_channel(transaction, key, number, channel);
  if (!entry.readings.empty())
    transaction.run("INSERT INTO @journal (run, number, data) VALUES (?, ?, ?)", key, entry.number,
                    sql::Bytes(entry.readings));
  put_pending(transaction, key, entry.pending);
  if (entry.notes) put_notes(transaction, key, *entry.notes);
  if (entry.pending.header)  // tags that the measurement has learned; those that a user changed stay
    for (const auto& [name, value] : entry.pending.header->tags)
      transaction.run(
          "INSERT INTO @tag (run, name, value) VALUES (?, ?, ?) ON CONFLICT (run, name) DO NOTHING", key,
          name, value);
}

Status Delivery::deliver(Database& database, std::span<const JournalEntry> entries) {
  if (entries.empty()) return {};
  sql::Transaction transaction(database);
  if (!transaction.ok()) return transaction.status();
  auto place = find(transaction);
  if (!place) return propagate(place.error());
  if (place->key == 0 && !entries.front().start)
    return fail(ErrorKind::gone, database.where(), "run {} was removed while it ran", head_.run);
  if (place->key == 0) place->key = begin(transaction, entries.front());
  std::optional<Seconds> latest;
  std::int64_t stored = 0, samples = 0;
  for (const auto& entry : entries) {
    if (entry.number <= place->delivered) continue;
    store(transaction, place->key, entry);
    latest = std::max(latest, entry.pending.latest);
    ++stored;
    samples += entry.samples;
  }
  if (stored == 0) return transaction.commit();
  const auto& last = entries.back();
  if (!put_heartbeat(transaction, place->key, last.heartbeat, latest) && transaction.ok())
    put_running_again(transaction, place->key, head_.run, last.heartbeat, latest);
  if (last.closing) close_run(transaction, place->key, *last.closing);
  transaction.run("UPDATE @own_run SET delivered = ? WHERE key = ?", last.number, place->key);
  if (auto status = transaction.commit(); !status) return status;
  unpacked_entries_ += stored;
  unpacked_samples_ += samples;
  if (!last.closing) pack(database, place->key);
  return {};
}

void Delivery::pack(Database& database, std::int64_t key) {
  if (unpacked_entries_ < most_unpacked_entries &&
      unpacked_samples_ < static_cast<std::int64_t>(chunk_length))
    return;
  sql::Transaction transaction(database);
  const auto channels = load_channels(database, key);
  if (!channels) return;
  pack_journal(transaction, key, *channels);
  if (!transaction.commit()) return;  // long rows do no harm, and the next delivery tries again
  unpacked_entries_ = unpacked_samples_ = 0;
}

Status deliver_all(Database& database, JournalFile& journal) {
  Delivery delivery(journal.head());
  while (true) {
    const auto entries = journal.next(bytes_at_once);
    if (entries.empty()) break;
    auto status = delivery.deliver(database, entries);
    if (!status && status.error().kind != ErrorKind::gone) return status;
    if (!status) break;  // it was removed on purpose
    journal.stored();
  }
  journal.remove();
  return {};
}

void deliver_waiting(Database& database, const std::string& store) {
  for (const auto& waiting : waiting_journals(store)) {
    auto journal = JournalFile::open(waiting.path);
    if (journal && !deliver_all(database, *journal)) return;
  }
}

}  // namespace joulecast::store::postgres
