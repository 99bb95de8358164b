// A connection as the store's SQL uses it. Internal to the store.
#pragma once

#include <string>
#include <unordered_map>

#include "store/postgres/connection.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::postgres {

class Database final : public sql::Database {
 public:
  /// `where` is the address without its password. `lock_timeout` is how long a transaction waits for another.
  Database(Connection connection, std::string where, Seconds lock_timeout);

  [[nodiscard]] Status begin(sql::Lock lock) override;
  [[nodiscard]] Status commit() override;
  void roll_back() override;
  [[nodiscard]] bool in_transaction() const override { return in_transaction_; }
  [[nodiscard]] std::int64_t changes() const override { return changes_; }
  [[nodiscard]] bool is_read_only() const override { return read_only_; }
  /// Of the user's own accord: the server decides what he may.
  void set_read_only() { read_only_ = true; }
  [[nodiscard]] const sql::Dialect& dialect() const override;
  [[nodiscard]] Buffer rows_beside(std::int64_t /*run*/) override { return {}; }
  [[nodiscard]] const std::string& where() const override { return where_; }
  [[nodiscard]] Connection& connection() { return connection_; }
  /// Several statements without arguments.
  [[nodiscard]] Status script(const std::string& sql);

 private:
  [[nodiscard]] std::unique_ptr<sql::Cursor> start(const char* sql,
                                                   std::span<const sql::Value> values) override;
  [[nodiscard]] std::unique_ptr<sql::Cursor> start_once(const std::string& sql,
                                                        std::span<const sql::Value> values) override;
  [[nodiscard]] Status unanswered(const char* sql, std::span<const sql::Value> values) override;
  [[nodiscard]] const std::string& text_of(const char* sql);
  [[nodiscard]] std::unique_ptr<sql::Cursor> ask(const std::string& sql, std::span<const sql::Value> values);

  Connection connection_;
  std::string where_;
  Seconds lock_timeout_;
  bool in_transaction_ = false;
  bool read_only_ = false;
  std::int64_t changes_ = 0;
  Status failure_;  ///< the first one of the transaction, which says why all later ones fail
  std::unordered_map<const char*, std::string> texts_;  ///< statements as the server takes them
};

/// The statement with $1, $2 … for ? and ?1, ?2 …, and with this database's names of the tables.
[[nodiscard]] std::string in_postgres(std::string_view sql);

}  // namespace joulecast::store::postgres
