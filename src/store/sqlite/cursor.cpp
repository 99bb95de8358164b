#include "store/sqlite/cursor.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <type_traits>
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

Cursor::Cursor(sqlite3* database, sqlite3_stmt* statement, std::string where, bool owned,
               std::span<const sql::Value> values)
    : database_(database), statement_(statement), where_(std::move(where)), owned_(owned) {
  if (statement_ == nullptr) error_ = describe(database_, sqlite3_extended_errcode(database_), where_);
  for (std::size_t i = 0; i < values.size() && !error_; ++i) bind(static_cast<int>(i) + 1, values[i]);
}

Cursor::~Cursor() {
  if (statement_ == nullptr) return;
  if (owned_) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Cursor::check(int code) {
  if (code != SQLITE_OK && !error_) error_ = describe(database_, code, where_);
}

void Cursor::require(const Status& status) {
  if (!status && !error_) error_ = status.error();
}

void Cursor::bind(int index, const sql::Value& value) {
  const auto bind_value = [&](const auto& given) {
    using Given = std::decay_t<decltype(given)>;
    if constexpr (std::is_same_v<Given, std::monostate>)
      return sqlite3_bind_null(statement_, index);
    else if constexpr (std::is_same_v<Given, std::int64_t>)
      return sqlite3_bind_int64(statement_, index, given);
    else if constexpr (std::is_same_v<Given, double>)
      return sqlite3_bind_double(statement_, index, given);
    else if constexpr (std::is_same_v<Given, std::string_view>)
      // An empty view may have a null pointer, which SQLite would store as NULL.
      return sqlite3_bind_text64(statement_, index, given.empty() ? "" : given.data(), given.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8);
    else
      return sqlite3_bind_blob64(statement_, index, given.data(), given.size(), SQLITE_TRANSIENT);
  };
  check(std::visit(bind_value, value));
}

bool Cursor::row() {
  if (is_index_lost()) require(check_index(where_));  // a status for each row takes a tenth of a long query
  if (error_) return false;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
  // What it has read may be wrong. What it has changed counts with the next COMMIT, or has just been
  // committed.
  if (is_index_lost() && sqlite3_column_count(statement_) > 0) require(check_index(where_));
  if (error_) return false;
  if (code == SQLITE_ROW) return true;
  return false;
}

Status Cursor::status() const {
  if (error_) return propagate(*error_);
  return {};
}

bool Cursor::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Cursor::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Cursor::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(statement_, column);
}
std::string_view Cursor::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
sql::Bytes Cursor::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace joulecast::store::sqlite
