#include "store/store.hpp"

#include <cstdlib>
#include <utility>

#include "base/system_error.hpp"
#include "store/closing.hpp"
#include "store/documents.hpp"
#include "store/records.hpp"
#include "store/references.hpp"
#include "store/schema.hpp"
#include "store/state.hpp"

namespace joulecast::store {
namespace fs = std::filesystem;
namespace {

bool is_dead(const RunHead& head, const OpenOptions& options) {
  if (head.status != trace::RunStatus::running) return false;
  const auto since = head.heartbeat ? options.clock->wall() - *head.heartbeat : stale_heartbeat;
  return !is_alive(head.owner, since, options.roots);
}

Result<std::vector<std::int64_t>> running_runs(Database& database) {
  std::vector<std::int64_t> keys;
  auto rows = database.query("SELECT key FROM run WHERE status = 'running'");
  while (rows.row()) keys.push_back(rows.integer(0));
  if (auto status = rows.status(); !status) return propagate(status.error());
  return keys;
}

/// Looks again inside the transaction: two commands may have found the same dead run.
Status close_if_dead(Database& database, std::int64_t key, const OpenOptions& options) {
  const Closing closing{
      .note = "interrupted: its process ended without closing it; the energy is that up to its last sample"};
  Status status;
  {
    Transaction transaction(database);
    const auto head = load_head(database, key);
    if (head && is_dead(*head, options)) close_run(transaction, key, closing);
    status = transaction.commit();
  }
  if (status || status.error().kind != ErrorKind::malformed) return status;
  Transaction transaction(database);
  close_damaged_run(transaction, key,
                    {.note = "interrupted, and its samples are damaged: " + status.error().message});
  return transaction.commit();
}

Result<Database> open_database(const fs::path& path, Access access, const OpenOptions& options) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return fail(ErrorKind::invalid, path.string(), "is a folder, not a store");
  if (access == Access::write) {
    if (const auto folder = path.parent_path(); !folder.empty() && !fs::exists(folder, error))
      if (fs::create_directories(folder, error); error)
        return fail(kind_of_errno(error.value()), folder.string(), "cannot make this folder ({})",
                    error.message());
    auto database = Database::open(path, FileMode::create, options.busy_timeout);
    if (database && database->is_read_only())
      return fail(ErrorKind::denied, path.string(), "the store may not be written");
    return database;
  }
  if (!fs::exists(path, error))
    return error && error.value() != ENOENT
               ? fail(kind_of_errno(error.value()), path.string(), "cannot open the store ({})",
                      error.message())
               : fail(ErrorKind::unavailable, path.string(), "no run has been stored here yet");
  return Database::open(path, FileMode::read_write, options.busy_timeout);
}

RunRow row_of(const Query& rows) {
  RunRow row;
  row.id = rows.text(1);
  row.name = rows.text(2);
  row.status = trace::run_status_from(rows.text(3)).value_or(trace::RunStatus::interrupted);
  if (const auto status = rows.optional_integer(4)) row.exit_status = static_cast<int>(*status);
  if (const auto started = rows.optional_integer(5)) row.started = WallTime{*started};
  row.duration = Seconds{rows.real(6)};
  if (const auto energy = rows.optional_real(7)) row.energy = Joules{*energy};
  row.provenance = provenance_from(rows.text(8)).value_or(Provenance::missing);
  from_document(rows.text(9), row.missing);
  from_document(rows.text(10), row.command);
  trace::RunInfo info;
  from_document(rows.text(11), info);
  row.architecture = info.training.architecture;
  row.epochs = static_cast<int>(rows.integer(12));
  return row;
}

/// A run whose process has died is not running, even where we may not write that down.
Result<trace::Run> as_seen(Database& database, const OpenOptions& options, std::int64_t key,
                           Result<trace::Run> run) {
  if (!run || run->status != trace::RunStatus::running) return run;
  const auto head = load_head(database, key);
  if (head && is_dead(*head, options)) run->status = trace::RunStatus::interrupted;
  return run;
}

/// Tags, and for a run that is still open what it has used so far.
Status complete(Database& database, const OpenOptions& options, std::int64_t key, bool total_known,
                RunRow& row) {
  auto tags = database.query("SELECT name, value FROM tag WHERE run = ?", key);
  while (tags.row()) row.tags.emplace(tags.text(0), tags.text(1));
  if (total_known || !tags.status()) return tags.status();
  const auto run = as_seen(database, options, key, read_summary(database, key));
  if (!run) return {};  // its samples are damaged: `show` says so
  const auto energy = trace::energy_of(*run);
  row.status = run->status;
  row.energy = energy.total;
  row.provenance = energy.provenance;
  row.missing = energy.missing;
  return {};
}

}  // namespace

Result<fs::path> default_path() {
  if (const char* set = std::getenv("JOULECAST_STORE"); set != nullptr && *set != '\0') return fs::path(set);
  auto folder = user_data_directory();
  if (!folder) return folder;
  return *folder / "runs.db";
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const fs::path& path, Access access, OpenOptions options) {
  auto database = open_database(path, access, options);
  if (!database) return propagate(database.error());
  auto status = ensure_schema(*database, access == Access::write);
  std::error_code ignored;
  if (!status && access == Access::read && status.error().kind != ErrorKind::malformed &&
      !fs::exists(path.string() + "-wal", ignored)) {
    // A store on a read-only disk, or in another person's folder, with no writer at work.
    database = Database::open(path, FileMode::immutable, options.busy_timeout);
    if (!database) return propagate(database.error());
    status = ensure_schema(*database, false);
  }
  if (!status) return propagate(status.error());
  Store store(std::make_unique<State>(State{path, std::move(*database), std::move(options), {}}));
  // What cannot be closed now, another command will close; a damaged run must not bar the way to the others.
  if (!store.state_->database.is_read_only())
    if (auto closed = store.recover()) store.state_->recovered = std::move(*closed);
  return store;
}

const fs::path& Store::path() const {
  return state_->path;
}
const std::vector<std::string>& Store::recovered() const {
  return state_->recovered;
}

Result<std::vector<std::string>> Store::recover() {
  auto& database = state_->database;
  const auto keys = running_runs(database);
  if (!keys) return propagate(keys.error());
  std::vector<std::string> closed;
  for (const auto key : *keys) {
    const auto head = load_head(database, key);
    if (!head || !is_dead(*head, state_->options)) continue;
    if (auto status = close_if_dead(database, key, state_->options); !status)
      return propagate(status.error());
    if (auto id = id_of_run(database, key)) closed.push_back(std::move(*id));
  }
  return closed;
}

Result<std::string> Store::resolve(std::string_view reference) const {
  const auto key = find_run(state_->database, reference);
  if (!key) return propagate(key.error());
  return id_of_run(state_->database, *key);
}

Result<std::vector<RunRow>> Store::list() const {
  auto& database = state_->database;
  const Snapshot snapshot(database);
  std::vector<RunRow> runs;
  auto rows = database.query(
      "SELECT key, id, name, status, exit_status, started_ns, end_s - begin_s, energy_j, energy_provenance, "
      "energy_missing, command, info, (SELECT count(*) FROM epoch WHERE epoch.run = run.key), total_known "
      "FROM run ORDER BY coalesce(started_ns, 0) DESC, key DESC");
  while (rows.row()) {
    runs.push_back(row_of(rows));
    auto status = complete(database, state_->options, rows.integer(0), rows.integer(13) != 0, runs.back());
    if (!status) return propagate(status.error());
  }
  if (auto status = rows.status(); !status) return propagate(status.error());
  return runs;
}

Result<trace::Run> Store::load(std::string_view reference) const {
  auto& database = state_->database;
  const auto key = find_run(database, reference);
  if (!key) return propagate(key.error());
  return as_seen(database, state_->options, *key, read_whole(database, *key));
}

Result<trace::Run> Store::load_summary(std::string_view reference) const {
  auto& database = state_->database;
  const auto key = find_run(database, reference);
  if (!key) return propagate(key.error());
  return as_seen(database, state_->options, *key, read_summary(database, *key));
}

Status Store::remove(std::string_view reference, bool even_if_running) {
  auto& database = state_->database;
  const auto key = find_run(database, reference);
  if (!key) return propagate(key.error());
  Transaction transaction(database);
  if (transaction.ok()) {
    const auto head = load_head(database, *key);
    if (!head) return propagate(head.error());
    if (head->status == trace::RunStatus::running && !even_if_running)
      return fail(ErrorKind::invalid, std::string(reference), "this run is still running (process {})",
                  head->owner.pid);
  }
  delete_run(transaction, *key);
  if (auto status = transaction.commit(); !status) return status;
  (void)database.run("PRAGMA incremental_vacuum");  // the space comes back now or with the next removal
  return {};
}

Status Store::tag(std::string_view reference, const std::map<std::string, std::string>& tags) {
  const auto key = find_run(state_->database, reference);
  if (!key) return propagate(key.error());
  Transaction transaction(state_->database);
  for (const auto& [name, value] : tags) put_tag(transaction, *key, name, value);
  return transaction.commit();
}

Status Store::rename(std::string_view reference, const std::string& name) {
  const auto key = find_run(state_->database, reference);
  if (!key) return propagate(key.error());
  Transaction transaction(state_->database);
  transaction.run("UPDATE run SET name = ? WHERE key = ?", name, *key);
  return transaction.commit();
}

}  // namespace joulecast::store
