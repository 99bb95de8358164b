#include "store/sqlite/query.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "store/sqlite/shared_index.hpp"

namespace joulecast::store::sqlite {

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

void Query::require(const Status& status) {
  if (!status && !error_) error_ = status.error();
}

void Query::bind(int index, std::int64_t value) {
  if (!error_) check(sqlite3_bind_int64(statement_, index, value));
}
void Query::bind(int index, double value) {
  if (!error_) check(sqlite3_bind_double(statement_, index, value));
}
void Query::bind(int index, std::string_view value) {
  // An empty view may have a null pointer, which SQLite would store as NULL.
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
  require(check_index(where_));
  if (error_) return false;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
  // What it has read may be wrong. What it has changed counts with the next COMMIT, or has just been
  // committed.
  if (sqlite3_column_count(statement_) > 0) require(check_index(where_));
  if (error_) return false;
  if (code == SQLITE_ROW) return true;
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

}  // namespace joulecast::store::sqlite
