#include "store/sql/closing.hpp"

#include <algorithm>

#include "store/sql/records.hpp"
#include "store/sql/samples.hpp"
#include "trace/energy.hpp"

namespace joulecast::store::sql {
namespace {

void set_closed(Transaction& transaction, std::int64_t run, const Closing& closing,
                std::optional<Seconds> end) {
  transaction.run(
      "UPDATE @own_run SET status = ?1, exit_status = ?2, end_s = coalesce(?3, end_s), "
      "duration_s = coalesce(?3, end_s) - begin_s WHERE key = ?4",
      name_of(closing.status), closing.exit_status, end, run);
}

}  // namespace

Result<trace::Run> read_whole(Database& database, std::int64_t key) {
  const Snapshot snapshot(database);
  auto run = load_record(database, key);
  if (!run) return run;
  if (auto status = load_samples(database, key, run->traces); !status) return propagate(status.error());
  if (auto status = check_traces(database.where(), *run); !status) return propagate(status.error());
  if (run->status == trace::RunStatus::running) run->span.end = std::max(run->span.end, last_sign(*run));
  return run;
}

Result<trace::Run> read_summary(Database& database, std::int64_t key) {
  const Snapshot snapshot(database);
  auto run = load_record(database, key);
  if (!run) return run;
  if (auto status = load_reduced(database, key, run->traces, edges_of(*run)); !status)
    return propagate(status.error());
  if (auto status = check_traces(database.where(), *run); !status) return propagate(status.error());
  if (run->status == trace::RunStatus::running) run->span.end = std::max(run->span.end, last_sign(*run));
  return run;
}

void close_run(Transaction& transaction, std::int64_t key, const Closing& closing) {
  if (!transaction.ok()) return;
  auto& database = transaction.database();
  const auto channels = load_channels(database, key);
  if (!channels) return transaction.require(propagate(channels.error()));
  pack_journal(transaction, key, *channels);
  // The readings beside the store are taken in now, which also a process has to know that only slept.
  transaction.run("UPDATE @own_run SET heartbeat_ns = heartbeat_ns + 1 WHERE key = ?", key);
  if (closing.end) set_closed(transaction, key, closing, closing.end);
  if (!transaction.ok()) return;
  auto run = read_summary(database, key);
  if (!run) return transaction.require(propagate(run.error()));
  if (!closing.end) {
    run->span.end = last_sign(*run);
    set_closed(transaction, key, closing, run->span.end);
  }
  if (!closing.note.empty()) {
    run->notes.push_back(closing.note);
    put_notes(transaction, key, run->notes);
  }
  put_total(transaction, key, trace::energy_of(*run));
}

void close_damaged_run(Transaction& transaction, std::int64_t key, const Closing& closing) {
  set_closed(transaction, key, closing, closing.end);
  auto run = load_record(transaction.database(), key);
  if (!run) return transaction.require(propagate(run.error()));
  run->notes.push_back(closing.note);
  put_notes(transaction, key, run->notes);
  put_total(transaction, key, {});
}

}  // namespace joulecast::store::sql
