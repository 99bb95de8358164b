#include "store/sqlite/sqlite_store.hpp"

#include <utility>

#include "store/liveness.hpp"
#include "store/sqlite/closing.hpp"
#include "store/sqlite/job_runs.hpp"
#include "store/sqlite/live_run.hpp"
#include "store/sqlite/open_file.hpp"
#include "store/sqlite/readings_file.hpp"
#include "store/sqlite/records.hpp"
#include "store/sqlite/references.hpp"
#include "store/sqlite/run_import.hpp"
#include "store/sqlite/run_list.hpp"
#include "store/sqlite/sql_run.hpp"
#include "trace/energy.hpp"

namespace joulecast::store::sqlite {
namespace {

class SqliteStore final : public RunStore {
 public:
  SqliteStore(std::string path, Database database, OpenOptions options)
      : path_(std::move(path)), database_(std::move(database)), options_(std::move(options)) {
    // If closing fails, another command will do it. A damaged run must not prevent access to the others.
    if (database_.is_read_only()) return;
    if (auto closed = close_ended(/*even_if_silent=*/false)) recovered_ = std::move(*closed);
  }

  [[nodiscard]] const std::string& location() const override { return path_; }
  [[nodiscard]] const std::vector<std::string>& recovered() const override { return recovered_; }

  [[nodiscard]] Result<RunChoice> resolve(std::string_view reference) const override;
  [[nodiscard]] Result<std::vector<RunRow>> find(const RunQuery& query) const override;
  [[nodiscard]] Result<std::size_t> count(const RunQuery& query) const override;
  [[nodiscard]] Result<std::vector<RunSum>> sums_by_host(const RunQuery& query) const override {
    return sums("", query);
  }
  [[nodiscard]] Result<std::vector<RunSum>> sums_by_tag(const std::string& tag,
                                                        const RunQuery& query) const override {
    return sums(tag, query);
  }
  [[nodiscard]] Status each_job_run(const JobQuery& query, const JobRunVisitor& visit) const override;
  [[nodiscard]] Result<RunRow> row(std::string_view reference) const override;
  [[nodiscard]] Result<trace::Run> load(std::string_view reference) const override {
    return read(reference, read_whole);
  }
  [[nodiscard]] Result<trace::Run> summary(std::string_view reference) const override {
    return read(reference, read_summary);
  }
  [[nodiscard]] Result<SqlTable> query(const SqlRequest& request,
                                       std::span<const ComputedView> computed) const override;
  [[nodiscard]] Result<std::optional<WallTime>> last_heard(std::string_view reference) const override;

  [[nodiscard]] Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                          WriterOptions options) override;
  [[nodiscard]] std::unique_ptr<RunImport> import() override {
    return std::make_unique<SqliteImport>(database_, *options_.clock);
  }
  [[nodiscard]] Status remove(std::string_view reference, bool even_if_running) override;
  [[nodiscard]] Status tag(std::string_view reference,
                           const std::map<std::string, std::string>& tags) override;
  [[nodiscard]] Status rename(std::string_view reference, const std::string& name) override;
  [[nodiscard]] Result<std::vector<std::string>> recover(bool even_if_silent) override {
    return close_ended(even_if_silent);
  }

 private:
  using Reader = Result<trace::Run> (*)(Database& database, std::int64_t run);
  [[nodiscard]] Result<trace::Run> read(std::string_view reference, Reader reader) const;
  [[nodiscard]] Result<trace::Run> as_seen(std::int64_t key, Result<trace::Run> run) const;
  [[nodiscard]] Liveness liveness(const RunHead& head) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> running_runs() const;
  [[nodiscard]] Result<std::vector<std::int64_t>> dead_runs() const;
  [[nodiscard]] Result<std::vector<RunSum>> sums(const std::string& tag, const RunQuery& query) const;
  [[nodiscard]] Result<RunRow> row_of(std::int64_t key) const;
  [[nodiscard]] Status add_what_runs_so_far(std::int64_t key, RunRow& row) const;
  [[nodiscard]] Result<std::vector<std::string>> close_ended(bool even_if_silent);
  [[nodiscard]] bool has_ended(const RunHead& head, bool even_if_silent) const;
  [[nodiscard]] Status close_if_ended(std::int64_t key, bool even_if_silent);

  std::string path_;
  mutable Database database_;
  OpenOptions options_;
  std::vector<std::string> recovered_;
};

Liveness SqliteStore::liveness(const RunHead& head) const {
  const auto since = head.heartbeat ? options_.clock->wall() - *head.heartbeat : stale_heartbeat;
  return liveness_of(head.owner, since, options_.roots);
}

Result<std::vector<std::int64_t>> SqliteStore::running_runs() const {
  std::vector<std::int64_t> keys;
  auto rows = database_.query("SELECT key FROM run WHERE status = 'running'");
  while (rows.row()) keys.push_back(rows.integer(0));
  if (auto status = rows.status(); !status) return propagate(status.error());
  return keys;
}

/// Runs that are marked as running but are dead. Some remain only if the file is not writable.
Result<std::vector<std::int64_t>> SqliteStore::dead_runs() const {
  const auto keys = running_runs();
  if (!keys) return keys;
  std::vector<std::int64_t> dead;
  for (const auto key : *keys)
    if (const auto head = load_head(database_, key); head && liveness(*head) == Liveness::dead)
      dead.push_back(key);
  return dead;
}

bool SqliteStore::has_ended(const RunHead& head, bool even_if_silent) const {
  if (head.status != trace::RunStatus::running) return false;
  const auto found = liveness(head);
  return found == Liveness::dead || (even_if_silent && found == Liveness::silent);
}

/// Checks again inside the transaction, because two commands may have found the same dead run.
Status SqliteStore::close_if_ended(std::int64_t key, bool even_if_silent) {
  const Closing closing{
      .note = "interrupted: its process ended without closing it; the energy is that up to its last sample"};
  Status status;
  {
    Transaction transaction(database_);
    const auto head = load_head(database_, key);
    if (head && has_ended(*head, even_if_silent)) close_run(transaction, key, closing);
    status = transaction.commit();
  }
  if (status || status.error().kind != ErrorKind::malformed) return status;
  Transaction transaction(database_);
  close_damaged_run(transaction, key,
                    {.note = "interrupted, and its samples are damaged: " + status.error().message});
  return transaction.commit();
}

Result<std::vector<std::string>> SqliteStore::close_ended(bool even_if_silent) {
  const auto keys = running_runs();
  if (!keys) return propagate(keys.error());
  std::vector<std::string> closed;
  for (const auto key : *keys) {
    const auto head = load_head(database_, key);
    if (!head || !has_ended(*head, even_if_silent)) continue;
    if (auto status = close_if_ended(key, even_if_silent); !status) return propagate(status.error());
    auto id = id_of_run(database_, key);
    if (!id) continue;
    remove_readings_beside(path_, *id);
    closed.push_back(std::move(*id));
  }
  return closed;
}

Result<RunChoice> SqliteStore::resolve(std::string_view reference) const {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  auto id = id_of_run(database_, found->key);
  if (!id) return propagate(id.error());
  return RunChoice{std::move(*id), static_cast<std::size_t>(found->namesakes)};
}

Result<std::vector<RunRow>> SqliteStore::find(const RunQuery& query) const {
  const Snapshot snapshot(database_);
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  const auto keys = find_keys(database_, query, *dead);
  if (!keys) return propagate(keys.error());
  std::vector<RunRow> runs;
  for (const auto key : *keys) {
    auto row = row_of(key);
    if (!row) return propagate(row.error());
    runs.push_back(std::move(*row));
  }
  return runs;
}

Result<std::size_t> SqliteStore::count(const RunQuery& query) const {
  const Snapshot snapshot(database_);
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  return count_runs(database_, query, *dead);
}

Result<std::vector<RunSum>> SqliteStore::sums(const std::string& tag, const RunQuery& query) const {
  const Snapshot snapshot(database_);
  const auto dead = dead_runs();
  if (!dead) return propagate(dead.error());
  return sum_runs(database_, query, tag, *dead);
}

Status SqliteStore::each_job_run(const JobQuery& query, const JobRunVisitor& visit) const {
  const Snapshot snapshot(database_);
  return sqlite::each_job_run(database_, query, [&](JobRun& run) {
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

Result<RunRow> SqliteStore::row(std::string_view reference) const {
  const Snapshot snapshot(database_);
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  return row_of(found->key);
}

Result<RunRow> SqliteStore::row_of(std::int64_t key) const {
  auto listed = list_run(database_, key);
  if (!listed) return propagate(listed.error());
  if (!listed->total_known)
    if (auto status = add_what_runs_so_far(key, listed->row); !status) return propagate(status.error());
  return std::move(listed->row);
}

/// For a run that is still open: adds what it has used so far and whether its process is alive.
Status SqliteStore::add_what_runs_so_far(std::int64_t key, RunRow& row) const {
  const auto run = as_seen(key, read_summary(database_, key));
  if (!run) return {};  // its samples are damaged, which `show` reports
  const auto energy = trace::energy_of(*run);
  row.status = run->status;
  row.duration = run->span.length();
  row.energy = energy.total;
  row.provenance = energy.provenance;
  row.missing = energy.missing;
  row.not_measured = energy.not_measured;
  if (energy.total) row.coverage = energy.coverage;
  const auto head = load_head(database_, key);
  if (!head) return propagate(head.error());
  if (row.status == trace::RunStatus::running && liveness(*head) == Liveness::silent)
    row.last_heard = head->heartbeat;
  return {};
}

Result<trace::Run> SqliteStore::read(std::string_view reference, Reader reader) const {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  return as_seen(found->key, reader(database_, found->key));
}

Result<SqlTable> SqliteStore::query(const SqlRequest& request, std::span<const ComputedView> computed) const {
  const SqlSource source{[this](std::int64_t key) { return row_of(key); },
                         [this](std::int64_t key) { return as_seen(key, read_summary(database_, key)); }};
  return run_sql(database_, request, computed, source);
}

/// A run whose process has died is shown as ended, even if the file is not writable.
Result<trace::Run> SqliteStore::as_seen(std::int64_t key, Result<trace::Run> run) const {
  if (!run || run->status != trace::RunStatus::running) return run;
  const auto head = load_head(database_, key);
  if (head && has_ended(*head, /*even_if_silent=*/false)) run->status = trace::RunStatus::interrupted;
  return run;
}

Result<std::optional<WallTime>> SqliteStore::last_heard(std::string_view reference) const {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  const auto head = load_head(database_, found->key);
  if (!head) return propagate(head.error());
  const bool silent = head->status == trace::RunStatus::running && liveness(*head) == Liveness::silent;
  return silent ? head->heartbeat : std::nullopt;
}

Result<std::unique_ptr<RunWriter>> SqliteStore::record(const trace::Run& header, WriterOptions options) {
  auto connection = open_again(path_, options_);
  if (!connection) return propagate(connection.error());
  auto writer =
      std::make_unique<RunWriter>(std::make_unique<SqliteLiveRun>(std::move(*connection), options_), options);
  writer->begin(begun(header, *options_.clock));
  if (const auto status = writer->status(); !status) return propagate(status.error());
  return writer;
}

Status SqliteStore::remove(std::string_view reference, bool even_if_running) {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  if (database_.is_read_only()) return fail(ErrorKind::denied, location(), "the store may not be written");
  const auto id = id_of_run(database_, found->key);
  Transaction transaction(database_);
  if (transaction.ok()) {
    const auto head = load_head(database_, found->key);
    if (!head) return propagate(head.error());
    if (head->status == trace::RunStatus::running && !even_if_running)
      return fail(ErrorKind::invalid, std::string(reference), "this run is still running (process {})",
                  head->owner.pid);
  }
  delete_run(transaction, found->key);
  if (auto status = transaction.commit(); !status) return status;
  if (id) remove_readings_beside(path_, *id);
  (void)database_.run("PRAGMA incremental_vacuum");  // the space comes back now or with the next removal
  return {};
}

Status SqliteStore::tag(std::string_view reference, const std::map<std::string, std::string>& tags) {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  Transaction transaction(database_);
  for (const auto& [name, value] : tags) put_tag(transaction, found->key, name, value);
  return transaction.commit();
}

Status SqliteStore::rename(std::string_view reference, const std::string& name) {
  const auto found = find_run(database_, reference);
  if (!found) return propagate(found.error());
  Transaction transaction(database_);
  transaction.run("UPDATE run SET name = ? WHERE key = ?", name, found->key);
  return transaction.commit();
}

}  // namespace

Result<std::unique_ptr<RunStore>> open_store(const std::string& path, Access access, OpenOptions options) {
  auto database = open_file(path, access, options);
  if (!database) return propagate(database.error());
  return std::make_unique<SqliteStore>(path, std::move(*database), std::move(options));
}

}  // namespace joulecast::store::sqlite
