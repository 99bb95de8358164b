#include "store/postgres/sql_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

#include "store/sql/references.hpp"

namespace joulecast::store::postgres {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Of the server's catalogue pg_type.dat.
constexpr Oid oid_of_bool = 16, oid_of_int8 = 20, oid_of_int2 = 21, oid_of_int4 = 23, oid_of_float4 = 700,
              oid_of_float8 = 701, oid_of_numeric = 1700;
/// Rows of a computed view that one INSERT takes; a statement may have 65535 arguments.
constexpr std::size_t rows_at_once = 200;
constexpr std::size_t largest_answer = std::size_t{256} << 20;  // bytes of its texts

bool is_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether the statement has the name as a word. Too often costs time only.
bool mentions(std::string_view sql, std::string_view name) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  for (auto at = sql.begin();; ++at) {
    at = std::search(at, sql.end(), name.begin(), name.end(), same);
    if (at == sql.end()) return false;
    const auto after = at + static_cast<std::ptrdiff_t>(name.size());
    if ((at == sql.begin() || !is_in_name(at[-1])) && (after == sql.end() || !is_in_name(*after)))
      return true;
  }
}

std::string_view type_of(SqlType type) {
  return type == SqlType::text ? "text" : type == SqlType::integer ? "bigint" : "double precision";
}

sql::Value argument_of(const SqlValue& value) {
  return std::visit(
      [](const auto& given) -> sql::Value {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, std::string>)
          return std::string_view(given);
        else
          return given;
      },
      value);
}

class SqlRun {
 public:
  SqlRun(Database& database, const SqlRequest& request)
      : database_(database),
        request_(request),
        end_(SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                      std::chrono::duration<double>(request.time_limit.value()))) {}

  Result<SqlTable> answer(std::span<const ComputedView> computed, const SummaryReader& summary) {
    const auto begun = database_.begin(sql::Lock::at_once);
    if (!begun) return propagate(begun.error());
    auto table = read(computed, summary);
    database_.roll_back();
    return table;
  }

 private:
  Result<SqlTable> read(std::span<const ComputedView> computed, const SummaryReader& summary) {
    for (const auto& view : computed)
      if (mentions(request_.sql, view.view.name))
        if (auto filled = fill(view, summary); !filled) return propagate(filled.error());
    const auto ready =
        database_.script(fmt::format("SET LOCAL search_path = joulecast_views; SET TRANSACTION READ ONLY; "
                                     "SET LOCAL statement_timeout = {}",
                                     left_ms()));
    if (!ready) return propagate(ready.error());
    auto& connection = database_.connection();
    const auto declared =
        connection.ask("DECLARE answer NO SCROLL CURSOR FOR " + request_.sql, {}, Connection::Format::text);
    if (!declared) return propagate(explained(declared.error()));
    const auto rows = connection.ask(fmt::format("FETCH FORWARD {} FROM answer", request_.limit + 1), {},
                                     Connection::Format::text);
    if (!rows) return propagate(explained(rows.error()));
    return table_of(*rows);
  }

  Status fill(const ComputedView& view, const SummaryReader& summary) {
    std::string columns;
    for (const auto& column : view.view.columns)
      columns += fmt::format("{}\"{}\" {}", columns.empty() ? "" : ", ", column.name, type_of(column.type));
    if (auto made = database_.script(
            fmt::format("CREATE TEMPORARY TABLE \"{}\" ({}) ON COMMIT DROP", view.view.name, columns));
        !made)
      return made;
    std::vector<std::int64_t> keys;
    auto runs = database_.query("SELECT key FROM @run ORDER BY key");
    while (runs.row()) keys.push_back(runs.integer(0));
    if (!runs.status()) return runs.status();
    for (const auto key : keys) {
      if (SteadyClock::now() >= end_) return propagate(out_of_time());
      const auto run = summary(key);
      if (!run && run.error().kind != ErrorKind::malformed) return propagate(run.error());
      if (!run) {
        if (const auto id = sql::id_of_run(database_, key)) left_out_.insert(*id);
        continue;
      }
      if (auto added = insert(view.view, view.rows(*run)); !added) return added;
    }
    return {};
  }

  Status insert(const SqlView& view, const std::vector<SqlRow>& rows) {
    for (std::size_t begin = 0; begin < rows.size(); begin += rows_at_once) {
      std::string text;
      std::vector<sql::Value> values;
      for (std::size_t i = begin; i < std::min(begin + rows_at_once, rows.size()); ++i) {
        text += i == begin ? "(" : ", (";
        for (std::size_t column = 0; column < rows[i].size(); ++column) {
          // Says the type, since a NULL has none.
          text += fmt::format("{}?::{}", column == 0 ? "" : ", ", type_of(view.columns[column].type));
          values.push_back(argument_of(rows[i][column]));
        }
        text += ")";
      }
      auto added =
          database_.once(fmt::format("INSERT INTO pg_temp.\"{}\" VALUES {}", view.name, text), values);
      if (!added.status()) return added.status();
    }
    return {};
  }

  Result<SqlTable> table_of(const Answer& answer) {
    const auto& pq = **libpq();
    const auto* result = answer.result.get();
    SqlTable table;
    const int columns = pq.PQnfields(result), rows = pq.PQntuples(result);
    std::set<std::string> taken;
    for (int column = 0; column < columns; ++column) {
      const std::string name = pq.PQfname(result, column);
      auto unique = name;
      for (int number = 2; !taken.insert(unique).second; ++number)
        unique = fmt::format("{}_{}", name, number);
      table.columns.push_back(std::move(unique));
    }
    std::size_t size = 0;
    for (int row = 0; row < rows; ++row) {
      if (table.rows.size() == request_.limit) {
        table.truncated = true;
        break;
      }
      auto& values = table.rows.emplace_back();
      for (int column = 0; column < columns; ++column) {
        values.push_back(value_of(result, row, column));
        size += static_cast<std::size_t>(pq.PQgetlength(result, row, column));
      }
      if (size > largest_answer) return fail_field("sql", "the answer is larger than 256 MB; ask for less");
    }
    for (const auto& id : left_out_)
      table.notes.push_back(fmt::format("run {} is left out: its samples are damaged", id));
    return table;
  }

  static SqlValue value_of(const PGresult* result, int row, int column) {
    const auto& pq = **libpq();
    if (pq.PQgetisnull(result, row, column) != 0) return std::monostate{};
    const char* text = pq.PQgetvalue(result, row, column);
    switch (pq.PQftype(result, column)) {
      case oid_of_bool:
        return std::int64_t{*text == 't'};
      case oid_of_int2:
      case oid_of_int4:
      case oid_of_int8:
        return std::int64_t{std::strtoll(text, nullptr, 10)};
      case oid_of_float4:
      case oid_of_float8:
      case oid_of_numeric:
        return std::strtod(text, nullptr);
      default:
        return std::string(text);
    }
  }

  [[nodiscard]] std::int64_t left_ms() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - SteadyClock::now()).count();
    return std::max<std::int64_t>(left, 1);
  }
  [[nodiscard]] Error out_of_time() const {
    return {ErrorKind::retry,
            fmt::format("the statement was not done after {} s", request_.time_limit.value()), "time_limit",
            /*is_field=*/true};
  }
  /// The statement's own fault, or the server's.
  [[nodiscard]] Error explained(Error error) const {
    if (error.kind == ErrorKind::retry && SteadyClock::now() >= end_) return out_of_time();
    if (error.kind == ErrorKind::invalid) return fail_field("sql", "{}", error.message).value();
    return error;
  }

  Database& database_;
  const SqlRequest& request_;
  SteadyClock::time_point end_;
  std::set<std::string> left_out_;
};

}  // namespace

Result<SqlTable> run_sql(Database& database, const SqlRequest& request,
                         std::span<const ComputedView> computed, const SummaryReader& summary) {
  if (request.limit < 1) return fail_field("limit", "must be 1 or more");
  if (!(request.time_limit > Seconds{0})) return fail_field("time_limit", "must be above 0");
  return SqlRun(database, request).answer(computed, summary);
}

}  // namespace joulecast::store::postgres
