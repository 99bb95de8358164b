#include "store/sqlite.hpp"

#include <sqlite3.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace joulecast::store {
namespace {

/// One line a person can act on, and the kind that tells a program whether to try again.
Error describe(sqlite3* database, int code, const std::string& where) {
  const auto error = [&](ErrorKind kind, std::string message) {
    return Error{kind, std::move(message), where};
  };
  const int system = database != nullptr ? sqlite3_system_errno(database) : 0;
  const std::string cause = system != 0 ? fmt::format(" ({})", std::strerror(system)) : "";
  const std::string detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(ErrorKind::retry, "the store is locked by another program");
    case SQLITE_FULL:
      return error(ErrorKind::retry, "the disk is full");
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return error(ErrorKind::denied, "the store may not be written" + cause);
    case SQLITE_CANTOPEN:
      return error(system == EACCES || system == EPERM ? ErrorKind::denied : ErrorKind::unavailable,
                   "cannot open the store" + cause);
    case SQLITE_IOERR:
      return error(ErrorKind::retry, "cannot read or write the store" + cause);
    case SQLITE_NOTADB:
      return error(ErrorKind::malformed, "this file is not a joulecast store; it was left as it is");
    case SQLITE_CORRUPT:
      return error(ErrorKind::malformed,
                   fmt::format("the store is damaged ({}); use another with --store, or salvage it with "
                               "`sqlite3 FILE .recover`",
                               detail));
    case SQLITE_NOMEM:
      return error(ErrorKind::retry, "not enough memory for the store");
    default:
      return error(ErrorKind::malformed, fmt::format("unexpected content of the store: {}", detail));
  }
}

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

}  // namespace

// --- Query

Query::Query(sqlite3* database, sqlite3_stmt* statement, std::string where, bool owned)
    : database_(database), statement_(statement), where_(std::move(where)), owned_(owned) {
  if (statement_ == nullptr) error_ = describe(database_, sqlite3_extended_errcode(database_), where_);
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      where_(std::move(other.where_)),
      owned_(other.owned_),
      error_(std::move(other.error_)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  if (owned_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::check(int code) {
  if (code != SQLITE_OK && !error_) error_ = describe(database_, code, where_);
}

void Query::bind(int index, std::int64_t value) {
  if (!error_) check(sqlite3_bind_int64(statement_, index, value));
}
void Query::bind(int index, double value) {
  if (!error_) check(sqlite3_bind_double(statement_, index, value));
}
void Query::bind(int index, std::string_view value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* data = value.empty() ? "" : value.data();
  if (!error_)
    check(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}
void Query::bind(int index, Bytes value) {
  if (!error_) check(sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT));
}
void Query::bind(int index, std::nullptr_t) {
  if (!error_) check(sqlite3_bind_null(statement_, index));
}

bool Query::row() {
  if (error_) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

Status Query::status() const {
  if (error_) return propagate(*error_);
  return {};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Query::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(statement_, column);
}
std::string_view Query::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
Bytes Query::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::optional<double> Query::optional_real(int column) const {
  return is_null(column) ? std::nullopt : std::optional{real(column)};
}
std::optional<std::int64_t> Query::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional{integer(column)};
}

// --- Database

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}
void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(sqlite3* handle, std::string where) : where_(std::move(where)), handle_(handle) {}

Result<Database> Database::open(const std::filesystem::path& path, FileMode mode, Seconds busy_timeout) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case FileMode::immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
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
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Database database(handle, path.string());
  if (code != SQLITE_OK) return propagate(describe(handle, code, path.string()));
  // A hostile file must not run code of its own, and a damaged page is to be found before it is used.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  database.set_busy_timeout(busy_timeout);
  return database;
}

void Database::set_busy_timeout(Seconds timeout) {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(std::lround(timeout.value() * 1e3)));
}

Query Database::prepare(const char* sql) {
  auto& kept = prepared_[sql];
  if (kept &&
      sqlite3_stmt_busy(kept.get()) != 0) {  // the same text is being read further up: it needs its own
    sqlite3_stmt* second = nullptr;
    sqlite3_prepare_v2(handle_.get(), sql, -1, &second, nullptr);
    return {handle_.get(), second, where_, true};
  }
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    kept.reset(statement);
  }
  return {handle_.get(), kept.get(), where_, false};
}

Status Database::script(const char* sql) {
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

std::int64_t Database::last_row_key() const {
  return sqlite3_last_insert_rowid(handle_.get());
}
std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_.get());
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_.get()) == 0;
}

bool Database::is_read_only() const {
  return sqlite3_db_readonly(handle_.get(), "main") != 0;
}

// --- Snapshot

Snapshot::Snapshot(Database& database)
    : database_(database), open_(!database.in_transaction() && database.run("BEGIN").has_value()) {}

Snapshot::~Snapshot() {
  if (open_ && database_.in_transaction()) (void)database_.run("COMMIT");
}

// --- Transaction

Transaction::Transaction(Database& database) : database_(database), status_(database.run("BEGIN IMMEDIATE")) {
  open_ = status_.has_value();
}

Transaction::~Transaction() {
  // SQLite has already rolled back after some failures (a full disk).
  if (open_ && database_.in_transaction()) (void)database_.run("ROLLBACK");
}

Status Transaction::commit() {
  if (status_) status_ = database_.run("COMMIT");
  if (status_) {
    open_ = false;
  } else if (open_ && database_.in_transaction()) {
    (void)database_.run("ROLLBACK");
    open_ = false;
  }
  return status_;
}

}  // namespace joulecast::store
