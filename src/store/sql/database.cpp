#include "store/sql/database.hpp"

#include <algorithm>

namespace joulecast::store::sql {

std::string with_names(std::string_view sql, std::string (*name_of)(std::string_view name)) {
  const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  std::string text;
  while (!sql.empty()) {
    const auto sign = std::min(sql.find('@'), sql.size());
    text += sql.substr(0, sign);
    sql.remove_prefix(std::min(sign + 1, sql.size()));
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(sql, in_name) - sql.begin());
    if (end > 0) text += name_of(sql.substr(0, end));
    sql.remove_prefix(end);
  }
  return text;
}

Snapshot::Snapshot(Database& database)
    : database_(database), open_(!database.in_transaction() && database.begin(Lock::nothing).has_value()) {}

Snapshot::~Snapshot() {
  if (open_ && database_.in_transaction()) database_.roll_back();
}

Transaction::Transaction(Database& database, Lock lock) : database_(database), status_(database.begin(lock)) {
  open_ = status_.has_value();
}

Transaction::~Transaction() {
  // After some failures, such as a full disk, the database has already rolled back.
  if (open_ && database_.in_transaction()) database_.roll_back();
}

Status Transaction::commit() {
  if (status_) status_ = database_.commit();
  if (status_) {
    open_ = false;
  } else if (open_ && database_.in_transaction()) {
    database_.roll_back();
    open_ = false;
  }
  return status_;
}

}  // namespace joulecast::store::sql
