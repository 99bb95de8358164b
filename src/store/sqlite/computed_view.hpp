// A view that is computed run by run, as a virtual table of SQLite (https://www.sqlite.org/vtab.html).
// Internal to the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/sql_query.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// What the computed views of one statement share.
struct RunReader {
  Database& database;
  std::function<Result<trace::Run>(std::int64_t key)> read;
  std::function<bool()> time_is_over;
  std::optional<Error> error{};     ///< why a view gave up
  std::set<std::string> damaged{};  ///< ids of the runs that were left out

  /// A run whose samples are damaged is left out; any other failure ends the statement.
  [[nodiscard]] bool may_leave_out(std::int64_t key, const Error& failure);
};

/// The view exists under its name as long as this object.
class ComputedViewModule {
 public:
  ComputedViewModule(RunReader& reader, const ComputedView& view);
  ~ComputedViewModule();
  ComputedViewModule(const ComputedViewModule&) = delete;
  ComputedViewModule& operator=(const ComputedViewModule&) = delete;

  /// Rows of one run. The last run's are kept, since a join asks for them again and again. Nothing if the
  /// statement has to end.
  [[nodiscard]] std::shared_ptr<const std::vector<SqlRow>> rows_of(std::int64_t key);
  [[nodiscard]] const ComputedView& view() const { return view_; }
  [[nodiscard]] RunReader& reader() { return reader_; }

 private:
  RunReader& reader_;
  const ComputedView& view_;
  std::int64_t kept_key_ = 0;
  std::shared_ptr<const std::vector<SqlRow>> kept_;
};

}  // namespace joulecast::store::sqlite
