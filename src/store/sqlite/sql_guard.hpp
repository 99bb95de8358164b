// Lets a user's statement read views and nothing else, and ends it in time. Internal to the store.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Refuses, while a statement is prepared, everything but SELECT over the given views (SQLite's authorizer,
/// https://www.sqlite.org/c3ref/set_authorizer.html).
class SqlAuthorizer {
 public:
  SqlAuthorizer(Database& database, std::set<std::string> views);
  ~SqlAuthorizer();
  SqlAuthorizer(const SqlAuthorizer&) = delete;
  SqlAuthorizer& operator=(const SqlAuthorizer&) = delete;

  /// Why the statement was refused; "" = it was not.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  static int judge(void* self, int action, const char* first, const char* second, const char* database,
                   const char* view);
  [[nodiscard]] std::string objection(int action, const char* first, const char* second,
                                      const char* view) const;

  Database& database_;
  std::set<std::string> views_;
  std::string refusal_;
};

/// Makes the connection read-only, bounds what a statement may build, and interrupts it after a time. All of
/// it ends with this object.
class SqlLimits {
 public:
  SqlLimits(Database& database, Seconds time_limit);
  ~SqlLimits();
  SqlLimits(const SqlLimits&) = delete;
  SqlLimits& operator=(const SqlLimits&) = delete;

  [[nodiscard]] bool time_is_over() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  static int look_at_clock(void* self);

  Database& database_;
  bool was_read_only_;
  std::chrono::steady_clock::time_point end_;
  std::vector<int> former_limits_;
};

}  // namespace joulecast::store::sqlite
