#include "store/sqlite/sql_run.hpp"

#include <fmt/ranges.h>
#include <sqlite3.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/printable.hpp"
#include "store/sqlite/computed_view.hpp"
#include "store/sqlite/sql_guard.hpp"

namespace joulecast::store::sqlite {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

constexpr std::size_t largest_answer = std::size_t{256} << 20;  // bytes of its texts and numbers

/// The message may repeat words of the statement.
Failure wrong(const std::string& message) {
  return fail_field("sql", "{}", printable(message));
}

/// An error of SQLite: the statement's fault, or the store's.
Error error_of(Database& database, int code) {
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_CONSTRAINT:
      break;
    default:
      return describe(database.handle(), code, database.where());
  }
  std::string message = sqlite3_errmsg(database.handle());
  if (const int at = sqlite3_error_offset(database.handle()); at >= 0)
    message += fmt::format(" (at character {})", at + 1);
  return wrong(message).value();
}

class SqlRun {
 public:
  SqlRun(Database& database, const SqlRequest& request, std::span<const ComputedView> computed,
         const SqlSource& source)
      : database_(database),
        request_(request),
        views_(database, source.row),
        limits_(database, request.time_limit),
        reader_{database, source.summary, [this] { return limits_.time_is_over(); }} {
    for (const auto& view : stored_views()) names_.insert(view.name);
    for (const auto& view : computed) {
      names_.insert(view.view.name);
      modules_.emplace_back(reader_, view);
    }
    // SQLite declares these tables at their first use, which the authorizer would take for a change.
    for (const char* sql : {"SELECT 1 FROM json_each('[]')", "SELECT 1 FROM json_tree('[]')"})
      (void)database_.query(sql);
  }

  Result<SqlTable> answer() {
    if (!views_.status()) return propagate(views_.status().error());
    const Snapshot snapshot(database_);
    const auto statement = prepare();
    if (!statement) return propagate(statement.error());
    name_columns(statement->get());
    if (auto status = read_rows(statement->get()); !status) return propagate(status.error());
    for (const auto& id : reader_.damaged)
      table_.notes.push_back(fmt::format("run {} is left out: its samples are damaged", id));
    return std::move(table_);
  }

 private:
  Result<Statement> prepare() {
    const SqlAuthorizer authorizer(database_, names_);
    const char* rest = nullptr;
    auto statement = prepare_next(request_.sql.c_str(), &rest, authorizer);
    if (!statement) return statement;
    if (!*statement) return wrong("there is no statement in it");
    const auto second = prepare_next(rest, &rest, authorizer);
    if (!second || *second) return wrong("one statement at a time");
    if (sqlite3_stmt_readonly(statement->get()) == 0) return wrong("only SELECT is allowed");
    if (sqlite3_bind_parameter_count(statement->get()) > 0)
      return wrong("has a parameter (?) that nothing is given for");
    return statement;
  }

  Result<Statement> prepare_next(const char* sql, const char** rest, const SqlAuthorizer& authorizer) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v2(database_.handle(), sql, -1, &made, rest);
    Statement statement(made);
    if (code == SQLITE_OK) return statement;
    std::string message;
    if (!authorizer.refusal().empty()) {
      message = authorizer.refusal();
    } else {
      auto error = error_of(database_, code);
      if (!error.is_field) return propagate(std::move(error));
      message = std::move(error.message);
    }
    if (message.starts_with("no such table") || message.starts_with("there is no view"))
      message += fmt::format("; the views are {}", fmt::join(names_, ", "));
    return wrong(message);
  }

  /// A join may give several columns of one name, which a program could not tell apart.
  void name_columns(sqlite3_stmt* statement) {
    std::set<std::string> taken;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const char* given = sqlite3_column_name(statement, i);
      const std::string name = given != nullptr ? given : "";
      auto unique = name;
      for (int number = 2; !taken.insert(unique).second; ++number)
        unique = fmt::format("{}_{}", name, number);
      table_.columns.push_back(std::move(unique));
    }
  }

  Status read_rows(sqlite3_stmt* statement) {
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      if (table_.rows.size() == request_.limit) {
        table_.truncated = true;
        return {};
      }
      auto& row = table_.rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(value_of(statement, i));
      if (size_ > largest_answer) return wrong("the answer is larger than 256 MB; ask for less");
    }
    if (code == SQLITE_DONE) return {};
    if (limits_.time_is_over())
      return Failure{{ErrorKind::retry,
                      fmt::format("the statement was not done after {} s", request_.time_limit.value()),
                      "time_limit", /*is_field=*/true}};
    if (reader_.error) return propagate(*reader_.error);
    return propagate(error_of(database_, code));
  }

  SqlValue value_of(sqlite3_stmt* statement, int column) {
    size_ += sizeof(SqlValue);
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        return std::int64_t{sqlite3_column_int64(statement, column)};
      case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        std::string value(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
        size_ += value.size();
        return value;
      }
      case SQLITE_BLOB: {  // no view has one, but x'00' is one
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
        const std::span data(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
        auto value = fmt::format("x'{:02x}'", fmt::join(data, ""));
        size_ += value.size();
        return value;
      }
      default:
        return std::monostate{};
    }
  }

  Database& database_;
  const SqlRequest& request_;
  StoredViews views_;
  SqlLimits limits_;
  RunReader reader_;
  std::set<std::string> names_;
  std::deque<ComputedViewModule> modules_;  // SQLite knows their addresses
  SqlTable table_;
  std::size_t size_ = 0;
};

}  // namespace

Result<SqlTable> run_sql(Database& database, const SqlRequest& request,
                         std::span<const ComputedView> computed, const SqlSource& source) {
  if (request.limit < 1) return fail_field("limit", "must be 1 or more");
  if (!(request.time_limit > Seconds{0})) return fail_field("time_limit", "must be above 0");
  return SqlRun(database, request, computed, source).answer();
}

}  // namespace joulecast::store::sqlite
