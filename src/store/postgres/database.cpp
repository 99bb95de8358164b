#include "store/postgres/database.hpp"

#include "store/postgres/rows.hpp"

namespace joulecast::store::postgres {
namespace {

std::string name_of(std::string_view table) {
  if (table == "run") return "joulecast.seen_run AS run";
  if (table == "own_run") return "joulecast.run";
  return fmt::format("joulecast.\"{}\"", table);  // "window" is a word of SQL's own
}

/// The pattern for LIKE.
std::string like_of(const std::string& pattern) {
  std::string like;
  for (const char c : pattern) {
    if (c == '%' || c == '_' || c == '\\') like += '\\';
    like += c == '*' ? '%' : c == '?' ? '_' : c;
  }
  return like;
}

constexpr const char* insert_chunk =
    "WITH stored AS (INSERT INTO @block (data) VALUES (?10) RETURNING key) INSERT INTO @chunk (run, channel, "
    "first_us, last_us, count, first_value, last_value, integral, times, block) SELECT ?1, ?2, ?3, ?4, ?5, "
    "?6, "
    "?7, ?8, ?9, key FROM stored";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string in_postgres(std::string_view sql) {
  const auto named = sql::with_names(sql, name_of);
  std::string text;
  int count = 0;
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i] != '?') {
      text += named[i];
      continue;
    }
    text += '$';
    if (i + 1 == named.size() || !is_digit(named[i + 1])) text += std::to_string(++count);
  }
  return text;
}

Database::Database(Connection connection, std::string where, Seconds lock_timeout)
    : connection_(std::move(connection)), where_(std::move(where)), lock_timeout_(lock_timeout) {}

const sql::Dialect& Database::dialect() const {
  static constexpr sql::Dialect ours{.name_matches = R"(name LIKE ? ESCAPE '\')",
                                     .pattern = like_of,
                                     .contains = "ILIKE",
                                     .architecture = "(info::jsonb ->> 'architecture')",
                                     .for_update = "FOR UPDATE",
                                     .is_server = true,
                                     .insert_chunk = insert_chunk};
  return ours;
}

Status Database::script(const std::string& sql) {
  if (!failure_) return failure_;
  const auto answer = connection_.script(sql);
  if (!answer && in_transaction_) failure_ = propagate(answer.error());
  return answer ? Status() : propagate(answer.error());
}

Status Database::begin(sql::Lock lock) {
  if (in_transaction_) return fail(ErrorKind::retry, where_, "a transaction is under way already");
  failure_ = {};
  auto begun =
      script(lock == sql::Lock::nothing
                 ? std::string("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                 : fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {:.0f}",
                               lock_timeout_.value() * 1000 + 1));
  in_transaction_ = begun.has_value();
  return begun;
}

/// Sent behind what nobody has waited for yet: one answer for all.
Status Database::commit() {
  if (failure_) failure_ = connection_.send("COMMIT", {});
  if (failure_) failure_ = connection_.finish_sent();
  auto done = failure_;
  if (!done) roll_back();
  in_transaction_ = false;
  return done;
}

void Database::roll_back() {
  in_transaction_ = false;
  (void)connection_.finish_sent();
  failure_ = {};
  if (connection_.is_usable()) (void)script("ROLLBACK");
}

std::unique_ptr<sql::Cursor> Database::ask(const std::string& sql, std::span<const sql::Value> values) {
  auto answer = failure_ ? connection_.ask(sql, values, Connection::Format::binary)
                         : Result<Answer>(propagate(failure_.error()));
  changes_ = answer ? changed_rows(*answer) : 0;
  if (!answer && in_transaction_) failure_ = propagate(answer.error());
  if (!connection_.is_usable()) in_transaction_ = false;
  return std::make_unique<Rows>(std::move(answer), where_);
}

Status Database::unanswered(const char* sql, std::span<const sql::Value> values) {
  if (!in_transaction_) return sql::Database::unanswered(sql, values);
  if (failure_) failure_ = connection_.send(text_of(sql), values);
  if (!connection_.is_usable()) in_transaction_ = false;
  return failure_;
}

const std::string& Database::text_of(const char* sql) {
  auto& text = texts_[sql];
  if (text.empty()) text = in_postgres(sql);
  return text;
}

std::unique_ptr<sql::Cursor> Database::start(const char* sql, std::span<const sql::Value> values) {
  return ask(text_of(sql), values);
}

std::unique_ptr<sql::Cursor> Database::start_once(const std::string& sql,
                                                  std::span<const sql::Value> values) {
  return ask(in_postgres(sql), values);
}

}  // namespace joulecast::store::postgres
