// The views over the store's own tables. Internal to the store.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "store/run_query.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// A run as `list` shows it; for a run that is still open also what it has used so far.
using RowReader = std::function<Result<RunRow>(std::int64_t key)>;

/// Creates the views of stored_views() for this connection, and the functions that they call. The functions
/// end with this object; the views stay, and are of no use without it.
class StoredViews {
 public:
  StoredViews(Database& database, RowReader read_row);
  ~StoredViews();
  StoredViews(const StoredViews&) = delete;
  StoredViews& operator=(const StoredViews&) = delete;

  [[nodiscard]] const Status& status() const { return status_; }
  /// The run's row; nothing if it cannot be read.
  [[nodiscard]] const std::optional<RunRow>& row_of(std::int64_t key);

 private:
  Database& database_;
  RowReader read_row_;
  Status status_;
  std::map<std::int64_t, std::optional<RunRow>> rows_;  // each costs a look at all of its readings
};

}  // namespace joulecast::store::sqlite
