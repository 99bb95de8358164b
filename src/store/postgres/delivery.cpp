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
/// Tells these locks from the one of migrations: "JCgo".
constexpr std::int64_t claim_lock = 0x4a43676f;

}  // namespace

/// The run's row, locked. Row-level security hides that of another role from a change.
Result<Delivery::Place> Delivery::find(sql::Transaction& transaction) const {
  auto& database = transaction.database();
  auto own = database.query("SELECT key, delivered, continues FROM @own_run WHERE delivery = ? FOR UPDATE",
                            head_.token);
  if (own.row()) return Place{own.integer(0), own.integer(1), std::string(own.text(2))};
  if (auto status = own.status(); !status) return propagate(status.error());
  auto others = database.query("SELECT writer FROM @run WHERE delivery = ?", head_.token);
  if (others.row())
    return fail(ErrorKind::denied, database.where(),
                "the role {} has begun to store run {} there, and only it can go on", others.text(0),
                head_.run);
  if (auto status = others.status(); !status) return propagate(status.error());
  return Place{};
}

/// Two that begin at once both find the earlier run free. The first that arrives goes on with it; the same
/// energy must not be counted twice.
void Delivery::claim(sql::Transaction& transaction, trace::Run& run) {
  if (run.info.continues.empty() || !transaction.ok()) return;
  transaction.run("SELECT pg_advisory_xact_lock(hashtextextended(?, ?))", run.info.continues, claim_lock);
  auto rival = transaction.database().query("SELECT id FROM @run WHERE continues = ? AND continues <> ''",
                                            run.info.continues);
  const bool is_taken = rival.row();
  transaction.require(rival.status());
  if (!is_taken) return;
  stands_alone_ = fmt::format("another run, {}, goes on with {}: this is a run of its own", rival.text(0),
                              run.info.continues);
  run.info.continues.clear();
  run.notes.push_back(stands_alone_);
}

Result<Delivery::Place> Delivery::begin(sql::Transaction& transaction, const JournalEntry& first) {
  auto run = *first.start;
  {
    auto& database = transaction.database();
    auto taken = database.query("SELECT started_ns, delivery FROM @run WHERE id = ?", run.info.id);
    const bool is_taken = taken.row();
    if (auto status = taken.status(); !status) return propagate(status.error());
    // From the journal itself, which `joulecast sync` has brought here by way of another store.
    const bool is_copy =
        is_taken && taken.text(1).empty() && run.started && taken.optional_integer(0) == run.started->ns;
    if (is_copy)
      return fail(ErrorKind::gone, database.where(), "a copy of run {} has been brought there", run.info.id);
    // Among many writers two runs that begin in the same second may have drawn the same characters.
    if (is_taken) run.info.id += "-" + head_.token.substr(0, 4);
  }
  claim(transaction, run);
  const auto key = insert_run(transaction, run, head_.owner, first.heartbeat);
  transaction.run("UPDATE @own_run SET delivery = ? WHERE key = ?", head_.token, key);
  for (const auto& [name, value] : run.tags) put_tag(transaction, key, name, value);
  return Place{key, 0, run.info.continues};
}

/// Tags that the measurement has learned come along; those that a user changed stay.
void Delivery::put_header(sql::Transaction& transaction, const Place& place, trace::Run header) {
  header.info.continues = place.continues;
  put_description(transaction, place.key, header);
  for (const auto& [name, value] : header.tags)
    transaction.run("INSERT INTO @tag (run, name, value) VALUES (?, ?, ?) ON CONFLICT (run, name) DO NOTHING",
                    place.key, name, value);
}

void Delivery::store(sql::Transaction& transaction, const Place& place, const JournalEntry& entry) {
  const auto key = place.key;
  for (const auto& [number, channel] : entry.pending.channels) put_channel(transaction, key, number, channel);
  if (!entry.readings.empty())
    transaction.run("INSERT INTO @journal (run, number, data) VALUES (?, ?, ?)", key, entry.number,
                    sql::Bytes(entry.readings));
  put_parts(transaction, key, entry.pending);
  if (entry.pending.header) put_header(transaction, place, *entry.pending.header);
  if (!entry.notes) return;
  auto notes = *entry.notes;
  if (!stands_alone_.empty()) notes.push_back(stands_alone_);
  put_notes(transaction, key, notes);
}

Status Delivery::deliver(Database& database, std::span<const JournalEntry> entries) {
  if (entries.empty()) return {};
  sql::Transaction transaction(database);
  if (!transaction.ok()) return transaction.status();
  auto place = find(transaction);
  if (!place) return propagate(place.error());
  if (place->key == 0 && !entries.front().start)
    return fail(ErrorKind::gone, database.where(), "run {} was removed while it ran", head_.run);
  if (place->key == 0) place = begin(transaction, entries.front());
  if (!place) return propagate(place.error());
  std::optional<Seconds> latest;
  std::int64_t stored = 0, samples = 0;
  for (const auto& entry : entries) {
    if (entry.number <= place->delivered) continue;
    store(transaction, *place, entry);
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
    if (!status) break;  // it was removed on purpose, or is there
    journal.stored();
  }
  journal.remove();
  return {};
}

void deliver_waiting(Database& database, const std::string& store) {
  for (const auto& waiting : waiting_journals(store)) {
    auto journal = JournalFile::open(waiting.path);
    if (!journal) continue;
    const auto done = deliver_all(database, *journal);
    if (!done && (done.error().kind == ErrorKind::retry || !database.connection().is_usable())) return;
  }
}

}  // namespace joulecast::store::postgres
