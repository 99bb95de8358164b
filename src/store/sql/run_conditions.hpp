// Which runs match a query, in SQL. Internal to the store.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "store/run_query.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

using Argument = std::variant<std::int64_t, std::string>;

/// A WHERE clause with its arguments.
class Conditions {
 public:
  void add(std::string text, std::vector<Argument> arguments = {}) {
    text_ += (text_.empty() ? " WHERE " : " AND ") + std::move(text);
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<Argument>& arguments() const { return arguments_; }

 private:
  std::string text_;
  std::vector<Argument> arguments_;
};

/// How SQLite is to find the runs that have a tag: one by one, or along the index of the order, which is left
/// at the limit. Many runs may have a tag, and each costs a page of the table otherwise.
enum class TagSearch { one_by_one, in_order };

/// `dead` lists runs that the file still calls running although they are dead, because the file is not
/// writable. `in_any_order`: the runs are not wanted in the order of an index.
[[nodiscard]] Conditions conditions_of(const Dialect& dialect, const RunQuery& query,
                                       const std::vector<std::int64_t>& dead,
                                       TagSearch search = TagSearch::one_by_one, bool in_any_order = true);

/// The table of runs, with the index that is to be taken.
[[nodiscard]] std::string table_of(const Dialect& dialect, const RunQuery& query, bool in_any_order = true);

/// The arguments for one statement; they must outlive it.
[[nodiscard]] std::vector<Value> values_of(const Conditions& conditions);

}  // namespace joulecast::store::sql
