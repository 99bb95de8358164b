#include "store/sqlite/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "store/sqlite/forks.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/readings_file.hpp"
#include "store/sqlite/shared_index.hpp"

namespace joulecast::store::sqlite {
namespace {

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

/// The pattern for GLOB, where a bracket would begin a character class.
std::string glob_of(const std::string& pattern) {
  std::string glob;
  for (const char c : pattern) glob += c == '[' ? std::string("[[]") : std::string(1, c);
  return glob;
}

/// All runs are the user's own: who may write the file may write all of it.
std::string with_own_names(std::string_view sql) {
  return sql::with_names(sql, [](std::string_view name) {
    return std::string(name.starts_with("own_") ? name.substr(4) : name);
  });
}

}  // namespace

void Database::Close::operator()(sqlite3* database) {
  if (is_index_lost()) sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (mark) mark->lift();
  sqlite3_close_v2(database);
  mark.reset();
}
void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(sqlite3* handle, std::string where) : where_(std::move(where)), handle_(handle) {}

Database Database::owner_of(sqlite3* handle, std::string where, Seconds busy_timeout,
                            std::shared_ptr<const Patience> patience) {
  Database database(handle, std::move(where));
  if (handle == nullptr) return database;
  // A hostile file must not run code, and damaged pages must be detected before they are used.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  database.waiting_ = std::make_unique<Waiting>(Waiting{busy_timeout, std::move(patience), {}});
  sqlite3_busy_handler(handle, wait, database.waiting_.get());
  return database;
}

Result<Database> Database::open(const std::filesystem::path& path, FileMode mode, Seconds busy_timeout,
                                std::shared_ptr<const Patience> patience) {
  if (auto usable = survive_forks(); !usable) return propagate(usable.error());
  guard_shared_index();
  prepare_own_locks();
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case FileMode::immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      break;
    case FileMode::read_only:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case FileMode::read_write:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case FileMode::create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  sqlite3* handle = nullptr;
  const auto name = mode == FileMode::immutable ? immutable_uri(path.string()) : path.string();
  auto mark = mode == FileMode::immutable ? nullptr : std::make_unique<UserMark>(path.string());
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  auto database = owner_of(handle, path.string(), busy_timeout, std::move(patience));
  database.handle_.get_deleter().mark = std::move(mark);
  if (code != SQLITE_OK) return propagate(describe(handle, code, path.string()));
  lock_index_by_description(handle);
  return database;
}

Result<Database> Database::copy_of(Database& source) {
  sqlite3* handle = nullptr;
  constexpr const char* temporary = "";
  const int opened = sqlite3_open_v2(
      temporary, &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  auto copy = owner_of(handle, source.where_, Seconds{0});
  if (opened != SQLITE_OK) return propagate(describe(handle, opened, source.where_));
  constexpr int all_pages = -1;
  auto* backup = sqlite3_backup_init(handle, "main", source.handle_.get(), "main");
  if (backup != nullptr) sqlite3_backup_step(backup, all_pages);
  const int copied = backup != nullptr ? sqlite3_backup_finish(backup) : sqlite3_extended_errcode(handle);
  if (copied != SQLITE_OK) return propagate(describe(handle, copied, source.where_));
  return copy;
}

Status Database::freeze() {
  frozen_ = true;
  return script("PRAGMA query_only = ON");
}

/// Waits a little longer each time, as SQLite's own handler does.
int Database::wait(void* waiting, int calls_before) {
  constexpr std::array<int, 9> pauses_ms{1, 2, 5, 10, 15, 20, 25, 25, 50};
  auto& our = *static_cast<Waiting*>(waiting);
  const auto now = std::chrono::steady_clock::now();
  if (calls_before == 0) our.since = now;
  const Seconds waited{std::chrono::duration<double>(now - our.since).count()};
  if (waited >= our.timeout || (our.patience && our.patience->is_over())) return 0;
  const auto pause =
      pauses_ms[std::min<std::size_t>(static_cast<std::size_t>(calls_before), pauses_ms.size() - 1)];
  std::this_thread::sleep_for(std::chrono::milliseconds(pause));
  return 1;
}

Status Database::set_sync(Sync sync) {
  if (sync == sync_) return {};
  constexpr const char* pragmas[] = {"PRAGMA synchronous = OFF", "PRAGMA synchronous = NORMAL",
                                     "PRAGMA synchronous = FULL"};
  auto status = run(pragmas[static_cast<std::size_t>(sync)]);
  if (status) sync_ = sync;
  return status;
}

void Database::keep_log_on_close() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_wal_autocheckpoint(handle_.get(), 0);
}

void Database::keep_log_from_copies() {
  if (const auto& mark = handle_.get_deleter().mark) mark->set();
}

std::unique_ptr<sql::Cursor> Database::start(const char* sql, std::span<const sql::Value> values) {
  auto& kept = prepared_[sql];
  if (kept &&
      // the same statement is in use further up the stack, so this call needs its own
      sqlite3_stmt_busy(kept.get()) != 0)
    return start_once(sql, values);
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(handle_.get(), with_own_names(sql).c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                       nullptr);
    kept.reset(statement);
  }
  return std::make_unique<Cursor>(handle_.get(), kept.get(), where_, false, values);
}

std::unique_ptr<sql::Cursor> Database::start_once(const std::string& sql,
                                                  std::span<const sql::Value> values) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(handle_.get(), with_own_names(sql).c_str(), -1, &statement, nullptr);
  return std::make_unique<Cursor>(handle_.get(), statement, where_, true, values);
}

Status Database::script(const char* sql) {
  if (auto sound = check_index(where_); !sound) return sound;
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return propagate(describe(handle_.get(), code, where_));
  return {};
}

Result<std::optional<std::int64_t>> Database::integer(const char* sql) {
  auto found = query(sql);
  std::optional<std::int64_t> value;
  if (found.row()) value = found.optional_integer(0);
  if (auto status = found.status(); !status) return propagate(status.error());
  return value;
}

Status Database::begin(Lock lock) {
  return run(lock == Lock::at_once ? "BEGIN IMMEDIATE" : "BEGIN");
}
Status Database::commit() {
  return run("COMMIT");
}
void Database::roll_back() {
  (void)sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}
void Database::close() {
  prepared_.clear();
  handle_.reset();
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_.get());
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

bool Database::is_read_only() const {
  return frozen_ || sqlite3_db_readonly(handle_.get(), "main") != 0;
}

bool Database::has_log() {
  auto mode = query("PRAGMA journal_mode");
  return mode.row() && mode.text(0) == "wal";
}

const sql::Dialect& Database::dialect() const {
  static constexpr sql::Dialect ours{.name_matches = "name GLOB ?",
                                     .pattern = glob_of,
                                     .contains = "LIKE",
                                     .architecture = architecture_in_info,
                                     .for_update = "",
                                     .by_continued = " INDEXED BY run_by_continued",
                                     .by_job = " INDEXED BY run_by_job",
                                     .by_text = " INDEXED BY run_by_text"};
  return ours;
}

/// What a running run has kept since its last commit.
Buffer Database::rows_beside(std::int64_t key) {
  auto row = query("SELECT id, heartbeat_ns FROM run WHERE key = ? AND status = 'running'", key);
  if (!row.row() || row.is_null(1)) return {};
  return readings_beside(where_, row.text(0), WallTime{row.integer(1)});
}

}  // namespace joulecast::store::sqlite
