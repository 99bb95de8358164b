// A connection to a PostgreSQL server through libpq. Nothing waits for ever: not the connection
// (connect_timeout of the address, else 5 s for each of its hosts), and no answer. Internal to the store.
//
// The connection has no state beyond a transaction, so that PgBouncer may hand the server's connections from
// transaction to transaction: no prepared statements, no SET outside a transaction, no advisory locks beyond
// one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "store/patience.hpp"
#include "store/postgres/libpq.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::postgres {

struct Answer {
  struct Clear {
    void operator()(PGresult* result) const;
  };
  std::unique_ptr<PGresult, Clear> result;
};

struct ConnectOptions {
  Seconds answer_timeout{60};  ///< how long a statement may take before the connection is given up
  std::shared_ptr<const Patience> patience = {};
};

class Connection {
 public:
  /// `where` is the address without its password. Waits for the server, at most as said above. Without a
  /// patience, a server that hangs is given up after some 10 s, while one that works on an answer is not.
  [[nodiscard]] static Result<Connection> open(const std::string& url, const std::string& where,
                                               ConnectOptions options);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  enum class Format { text, binary };
  /// One statement with arguments $1, $2 …
  [[nodiscard]] Result<Answer> ask(const std::string& sql, std::span<const sql::Value> values, Format format);
  /// Sends one statement without waiting for its answer. What an older libpq cannot do, ask() does.
  [[nodiscard]] Status send(const std::string& sql, std::span<const sql::Value> values);
  /// Waits for the answers of all that was sent; the first failure. ask() and script() do so before.
  [[nodiscard]] Status finish_sent();
  /// Several statements without arguments; the answer is the last one's.
  [[nodiscard]] Result<Answer> script(const std::string& sql);

  [[nodiscard]] bool is_usable() const;
  /// The user's name on the server.
  [[nodiscard]] const std::string& role() const { return role_; }

 private:
  Connection(PGconn* handle, std::string where, ConnectOptions options);
  [[nodiscard]] Result<Answer> finish(int sent);
  [[nodiscard]] Status flush(std::chrono::steady_clock::time_point end);
  [[nodiscard]] Result<Answer> next_answer(std::chrono::steady_clock::time_point end);
  [[nodiscard]] Status status_of(const Answer& answer) const;
  [[nodiscard]] Status read_sent(std::chrono::steady_clock::time_point end);
  [[nodiscard]] std::chrono::steady_clock::time_point end_of_wait() const;
  [[nodiscard]] Status wait_for(short events, std::chrono::steady_clock::time_point end);
  [[nodiscard]] Failure lost();
  [[nodiscard]] Failure give_up();
  [[nodiscard]] bool is_answered() const;
  void close();

  PGconn* handle_ = nullptr;
  pid_t process_ = 0;  ///< that opened it: a forked child shares its socket, and must leave it alone
  std::string where_;
  std::string url_ = {};
  std::string role_;
  ConnectOptions options_;
  int sent_ = 0;  ///< statements without an answer yet: the connection is in pipeline mode
};

}  // namespace joulecast::store::postgres
