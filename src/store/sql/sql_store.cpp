#include "store/sql/sql_store.hpp"

#include <utility>

#include "store/sql/closing.hpp"
#include "store/sql/job_runs.hpp"
#include "store/sql/references.hpp"
#include "store/sql/run_import.hpp"
#include "store/sql/run_list.hpp"
#include "store/sql/run_sums.hpp"
#include "trace/energy.hpp"

namespace joulecast::store::sql {

std::unique_ptr<RunImport> SqlStore::import() {
  return std::make_unique<SqlImport>(database(), *options_.clock);
}

Liveness SqlStore::liveness(const RunHead& head) const {
  const auto since = head.heartbeat ? options_.clock->wall() - *head.heartbeat : stale_heartbeat;
  return liveness_of(head.owner, since, options_.roots);
}

/// Runs that are marked as running but are dead. Some remain only if the store may not be written.
Result<std::vector<std::int64_t>> SqlStore::dead_runs() const {
  const auto running = load_running(database());
  if (!running) return propagate(running.error());
  std::vector<std::int64_t> dead;
  for (const auto& head : *running)
    if (liveness(head) == Liveness::dead) dead.push_back(head.key);
  return dead;
}

bool SqlStore::has_ended(const RunHead& head, bool even_if_silent) const {
  if (head.status != trace::RunStatus::running) return false;
  const auto found = liveness(head);
  return found == Liveness::dead || (even_if_silent && found == Liveness::silent);
}

/// Checks again inside the transaction, because two commands may have found the same dead run. Returns
/// whether this one has closed it; another user's run stays as it is.
Result<bool> SqlStore::close_if_ended(std::int64_t key, bool even_if_silent) {
  const Closing closing{
      .note = "interrupted: its process ended without closing it; the energy is that up to its last sample"};
  Status status;
  {
    Transaction transaction(database());
    const auto head =
        transaction.ok() ? lock_head(transaction, key) : propagate(transaction.status().error());
    if (!head && head.error().kind == ErrorKind::gone) return false;
    transaction.require(head ? Status() : propagate(head.error()));
    if (head && !has_ended(*head, even_if_silent)) return false;
    close_run(transaction, key, closing);
    status = transaction.commit();
  }
  if (status) return true;
  if (status.error().kind != ErrorKind::malformed) return propagate(status.error());
  Transaction transaction(database());
  close_damaged_run(transaction, key,
                    {.note = "interrupted, and its samples are damaged: " + status.error().message});
  if (auto closed = transaction.commit(); !closed) return propagate(closed.error());
  return true;
}

Result<std::vector<std::string>> SqlStore::close_ended(bool even_if_silent) {
  const auto running = load_running(database());
  if (!running) return propagate(running.error());
  std::vector<std::string> closed;
  for (const auto& head : *running) {
    if (!has_ended(head, even_if_silent)) continue;
    const auto done = close_if_ended(head.key, even_if_silent);
    if (!done) return propagate(done.error());
    if (!*done) continue;
    auto id = id_of_run(database(), head.key);
    if (!id) continue;
    forget_beside(*id);
    closed.push_back(std::move(*id));
  }
  return closed;
}

Result<RunChoice> SqlStore::resolve(std::string_view reference) const {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  auto id = id_of_run(database(), found->key);
  if (!id) return propagate(id.error());
  return RunChoice{std::move(*id), static_cast<std::size_t>(found->namesakes)};
}

Result<std::vector<RunRow>> SqlStore::find(const RunQuery& query) const {
  const Snapshot snapshot(database());
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  const auto keys = find_keys(database(), query, *dead);
  if (!keys) return propagate(keys.error());
  std::vector<RunRow> runs;
  for (const auto key : *keys) {
    auto row = row_of(key);
    if (!row) return propagate(row.error());
    runs.push_back(std::move(*row));
  }
  return runs;
}

Result<std::size_t> SqlStore::count(const RunQuery& query) const {
  const Snapshot snapshot(database());
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  return count_runs(database(), query, *dead);
}

Result<RunSums> SqlStore::sums(const std::vector<std::string>& tags, const RunQuery& query) const {
  const Snapshot snapshot(database());
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  return sum_runs(database(), query, tags, *dead);
}

Status SqlStore::each_job_run(const JobQuery& query, const JobRunVisitor& visit) const {
  const Snapshot snapshot(database());
  return sql::each_job_run(database(), query, [&](JobRun& run) {
    if (run.status == trace::RunStatus::running)
      if (const auto row = this->row(run.id)) {
        run.status = row->status;
        run.duration = row->duration;
        run.energy = row->energy;
        run.provenance = row->provenance;
        run.coverage = row->coverage;
        run.not_measured = row->not_measured;
      }
    visit(run);
  });
}

Result<RunRow> SqlStore::row(std::string_view reference) const {
  const Snapshot snapshot(database());
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  return row_of(found->key);
}

Result<RunRow> SqlStore::row_of(std::int64_t key) const {
  auto listed = list_run(database(), key);
  if (!listed) return propagate(listed.error());
  if (!listed->total_known)
    if (auto status = add_what_runs_so_far(key, listed->row); !status) return propagate(status.error());
  return std::move(listed->row);
}

/// For a run that is still open: adds what it has used so far and whether its process is alive.
Status SqlStore::add_what_runs_so_far(std::int64_t key, RunRow& row) const {
  const auto run = as_seen(key, read_summary(database(), key));
  if (!run) return {};  // its samples are damaged, which `show` reports
  const auto energy = trace::energy_of(*run);
  row.status = run->status;
  row.duration = run->span.length();
  row.energy = energy.total;
  row.provenance = energy.provenance;
  row.missing = energy.missing;
  row.not_measured = energy.not_measured;
  if (energy.total) row.coverage = energy.coverage;
  const auto head = load_head(database(), key);
  if (!head) return propagate(head.error());
  if (row.status == trace::RunStatus::running && liveness(*head) == Liveness::silent)
    row.last_heard = head->heartbeat;
  return {};
}

Result<trace::Run> SqlStore::read(std::string_view reference, Reader reader) const {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  return as_seen(found->key, reader(database(), found->key));
}

Result<trace::Run> SqlStore::load(std::string_view reference) const {
  return read(reference, read_whole);
}

Result<trace::Run> SqlStore::summary(std::string_view reference) const {
  return read(reference, read_summary);
}

Result<trace::Run> SqlStore::summary_of(std::int64_t key) const {
  return as_seen(key, read_summary(database(), key));
}

/// A run whose process has died is shown as ended, even if the file is not writable.
Result<trace::Run> SqlStore::as_seen(std::int64_t key, Result<trace::Run> run) const {
  if (!run || run->status != trace::RunStatus::running) return run;
  const auto head = load_head(database(), key);
  if (head && has_ended(*head, /*even_if_silent=*/false)) run->status = trace::RunStatus::interrupted;
  return run;
}

Result<std::optional<WallTime>> SqlStore::last_heard(std::string_view reference) const {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  const auto head = load_head(database(), found->key);
  if (!head) return propagate(head.error());
  const bool silent = head->status == trace::RunStatus::running && liveness(*head) == Liveness::silent;
  return silent ? head->heartbeat : std::nullopt;
}

/// Begins a change of a run that the user may change.
Result<RunHead> SqlStore::lock_own(Transaction& transaction, std::int64_t key,
                                   std::string_view reference) const {
  if (!transaction.ok()) return propagate(transaction.status().error());
  auto head = lock_head(transaction, key);
  const bool hidden = !head && head.error().kind == ErrorKind::gone && load_head(database(), key);
  if (hidden)
    return fail(ErrorKind::denied, std::string(reference),
                "is another user's run, which only he and the store's owner may change");
  return head;
}

Status SqlStore::remove(std::string_view reference, bool even_if_running) {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  if (database().is_read_only()) return fail(ErrorKind::denied, location(), "the store may not be written");
  const auto id = id_of_run(database(), found->key);
  Transaction transaction(database());
  const auto head = lock_own(transaction, found->key, reference);
  if (!head) return propagate(head.error());
  if (head->status == trace::RunStatus::running && !even_if_running)
    return fail(ErrorKind::invalid, std::string(reference), "this run is still running (process {})",
                head->owner.pid);
  delete_run(transaction, found->key);
  if (auto status = transaction.commit(); !status) return status;
  if (id) forget_beside(*id);
  give_back_space();
  return {};
}

Status SqlStore::tag(std::string_view reference, const std::map<std::string, std::string>& tags) {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  Transaction transaction(database());
  if (const auto own = lock_own(transaction, found->key, reference); !own) return propagate(own.error());
  for (const auto& [name, value] : tags) put_tag(transaction, found->key, name, value);
  return transaction.commit();
}

Status SqlStore::rename(std::string_view reference, const std::string& name) {
  const auto found = find_run(database(), reference);
  if (!found) return propagate(found.error());
  Transaction transaction(database());
  if (const auto own = lock_own(transaction, found->key, reference); !own) return propagate(own.error());
  transaction.run("UPDATE @own_run SET name = ? WHERE key = ?", name, found->key);
  return transaction.commit();
}

}  // namespace joulecast::store::sql
