#include "store/sql_question.hpp"

#include <sqlite3.h>

#include <map>
#include <set>

#include "base/text.hpp"

namespace joulecast::store {
namespace {

constexpr std::size_t most_rows = 1'000'000;
constexpr int longest_text = 16 << 20;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

void bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    sqlite3_bind_int64(statement, index, *number);
  else if (const auto* real = std::get_if<double>(&value))
    sqlite3_bind_double(statement, index, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
  else
    sqlite3_bind_null(statement, index);
}

SqlValue value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)))
                  : std::string();
    }
  }
}

}  // namespace

struct SqlQuestion::State {
  std::unique_ptr<sqlite3, Close> database;
  std::map<std::string, Statement, std::less<>> inserts;
  std::set<std::pair<std::string, std::string>> read;  ///< table and column
  Statement question;

  [[nodiscard]] Failure failure() const {
    return fail(ErrorKind::invalid, "query", "{}", sqlite3_errmsg(database.get()));
  }

  Status create(const SqlTable& table) {
    std::string columns, marks;
    for (const auto& column : table.columns) {
      columns += (columns.empty() ? "" : ", ") + quoted(column);
      marks += marks.empty() ? "?" : ", ?";
    }
    const auto made = fmt::format("CREATE TABLE {} ({})", quoted(table.name), columns);
    if (sqlite3_exec(database.get(), made.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
    const auto insert = fmt::format("INSERT INTO {} VALUES ({})", quoted(table.name), marks);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database.get(), insert.c_str(), -1, &statement, nullptr) != SQLITE_OK)
      return failure();
    inserts[table.name].reset(statement);
    return {};
  }

  /// Allows to select, and notes what is read.
  static int authorise(void* self, int action, const char* first, const char* second, const char*,
                       const char*) {
    auto& state = *static_cast<State*>(self);
    if (action == SQLITE_READ && first && second) state.read.emplace(first, second);
    const bool harmless =
        action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE ||
        (action == SQLITE_FUNCTION && second && std::string_view(second) != "load_extension");
    return harmless ? SQLITE_OK : SQLITE_DENY;
  }

  Status understand(const std::string& sql) {
    sqlite3_set_authorizer(database.get(), authorise, this);
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int code =
        sqlite3_prepare_v2(database.get(), sql.c_str(), static_cast<int>(sql.size()) + 1, &statement, &rest);
    question.reset(statement);
    // The rows are added by statements that it would refuse.
    sqlite3_set_authorizer(database.get(), nullptr, nullptr);
    // VACUUM, which may write a file, asks nobody for permission, but answers nothing.
    const bool answers =
        statement && sqlite3_stmt_readonly(statement) != 0 && sqlite3_column_count(statement) > 0;
    if (code == SQLITE_AUTH || (code == SQLITE_OK && statement && !answers))
      return fail(ErrorKind::invalid, "query", "only a SELECT is allowed: runs are not changed here");
    if (code != SQLITE_OK) return failure();
    if (!statement) return fail(ErrorKind::invalid, "query", "there is no SQL in it");
    if (!trim(std::string_view(rest)).empty())
      return fail(ErrorKind::invalid, "query", "only one statement is allowed");
    return {};
  }
};

SqlQuestion::SqlQuestion(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqlQuestion::SqlQuestion(SqlQuestion&&) noexcept = default;
SqlQuestion& SqlQuestion::operator=(SqlQuestion&&) noexcept = default;
SqlQuestion::~SqlQuestion() = default;

Result<SqlQuestion> SqlQuestion::prepare(const std::vector<SqlTable>& tables, const std::string& sql) {
  auto state = std::make_unique<State>();
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(
      ":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  state->database.reset(handle);
  if (opened != SQLITE_OK) return fail(ErrorKind::retry, "query", "no memory for the tables");
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);  // "nmae" is a wrong column, not a text
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, longest_text);
  for (const auto& table : tables)
    if (auto ok = state->create(table); !ok) return propagate(ok.error());
  if (auto ok = state->understand(sql); !ok) return propagate(ok.error());
  return SqlQuestion(std::move(state));
}

bool SqlQuestion::reads(std::string_view table) const {
  const auto found = state_->read.lower_bound({std::string(table), ""});
  return found != state_->read.end() && found->first == table;
}

bool SqlQuestion::reads(std::string_view table, std::string_view column) const {
  return state_->read.contains({std::string(table), std::string(column)});
}

Status SqlQuestion::add(std::string_view table, const std::vector<SqlValue>& row) {
  const auto found = state_->inserts.find(table);
  auto* insert = found->second.get();
  sqlite3_reset(insert);
  for (std::size_t i = 0; i < row.size(); ++i) bind(insert, static_cast<int>(i) + 1, row[i]);
  if (sqlite3_step(insert) != SQLITE_DONE) return state_->failure();
  return {};
}

Result<SqlAnswer> SqlQuestion::answer() {
  auto* question = state_->question.get();
  SqlAnswer answer;
  const int columns = sqlite3_column_count(question);
  std::map<std::string, int> seen;
  for (int i = 0; i < columns; ++i) {
    const std::string name = sqlite3_column_name(question, i);
    const int number = ++seen[name];
    answer.columns.push_back(number == 1 ? name : fmt::format("{}_{}", name, number));
  }
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(question)) == SQLITE_ROW) {
    if (answer.rows.size() == most_rows)
      return fail(ErrorKind::invalid, "query",
                  "the answer has more than a million rows; a LIMIT makes it shorter");
    auto& row = answer.rows.emplace_back();
    for (int i = 0; i < columns; ++i) row.push_back(value_of(question, i));
  }
  if (code != SQLITE_DONE) return state_->failure();
  return answer;
}

}  // namespace joulecast::store
