#include "store/sqlite/sql_guard.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace joulecast::store::sqlite {
namespace {

struct Bound {
  int what, value;
};

/// A statement may not fill the memory with one value, nor the stack with its own text.
constexpr std::array<Bound, 5> bounds{{{SQLITE_LIMIT_LENGTH, 16 << 20},
                                       {SQLITE_LIMIT_SQL_LENGTH, 100'000},
                                       {SQLITE_LIMIT_EXPR_DEPTH, 200},
                                       {SQLITE_LIMIT_COMPOUND_SELECT, 100},
                                       {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000}}};

constexpr int instructions_between_looks = 2000;

constexpr std::array<std::string_view, 3> forbidden_functions{"load_extension", "fts3_tokenizer",
                                                              "sqlite_log"};

/// Only for the text of our own views.
constexpr std::string_view own_function = "joulecast_";

}  // namespace

SqlAuthorizer::SqlAuthorizer(Database& database, std::set<std::string> views)
    : database_(database), views_(std::move(views)) {
  sqlite3_set_authorizer(database_.handle(), judge, this);
}

SqlAuthorizer::~SqlAuthorizer() {
  sqlite3_set_authorizer(database_.handle(), nullptr, nullptr);
}

int SqlAuthorizer::judge(void* self, int action, const char* first, const char* second, const char*,
                         const char* view) {
  auto& our = *static_cast<SqlAuthorizer*>(self);
  auto objection = our.objection(action, first, second, view);
  if (objection.empty()) return SQLITE_OK;
  if (our.refusal_.empty()) our.refusal_ = std::move(objection);
  return SQLITE_DENY;
}

std::string SqlAuthorizer::objection(int action, const char* first, const char* second,
                                     const char* view) const {
  const bool in_view = view != nullptr && views_.contains(view);
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return {};
    case SQLITE_READ: {
      const std::string table = first != nullptr ? first : "";
      // Rows are only counted, as in `select count(*) from runs`, which SQLite asks about the table itself.
      const bool nothing_read = second == nullptr || *second == '\0';
      if (nothing_read) return {};
      if (in_view || views_.contains(table) || table == "json_each" || table == "json_tree") return {};
      return fmt::format("there is no view '{}'", table);
    }
    case SQLITE_FUNCTION: {
      const std::string_view function = second != nullptr ? second : "";
      const bool forbidden = std::ranges::find(forbidden_functions, function) != forbidden_functions.end();
      if (!forbidden && (in_view || !function.starts_with(own_function))) return {};
      return fmt::format("the function {} may not be used", function);
    }
    default:
      return "only SELECT is allowed: a statement here cannot change anything";
  }
}

SqlLimits::SqlLimits(Database& database, Seconds time_limit)
    : database_(database), was_read_only_(database.is_read_only()) {
  end_ = std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                std::chrono::duration<double>(time_limit.value()));
  // The authorizer's refusals do not depend on this: it is a second lock on the same door.
  (void)database_.script("PRAGMA query_only = ON");
  for (const auto& bound : bounds)
    former_limits_.push_back(sqlite3_limit(database_.handle(), bound.what, bound.value));
  // Else a misspelt "column" would silently be a text.
  sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_progress_handler(database_.handle(), instructions_between_looks, look_at_clock, this);
}

SqlLimits::~SqlLimits() {
  sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr);
  sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_DQS_DML, 1, nullptr);
  for (std::size_t i = 0; i < bounds.size(); ++i)
    sqlite3_limit(database_.handle(), bounds[i].what, former_limits_[i]);
  if (!was_read_only_) (void)database_.script("PRAGMA query_only = OFF");
}

int SqlLimits::look_at_clock(void* self) {
  return static_cast<SqlLimits*>(self)->time_is_over() ? 1 : 0;
}

}  // namespace joulecast::store::sqlite
