// Finds the run that a user's reference means. Internal to the store.
#pragma once

#include "store/sql/database.hpp"

namespace joulecast::store::sql {

struct FoundRun {
  std::int64_t key = 0;
  std::int64_t namesakes = 1;  ///< see RunChoice
};

/// Tries in this order: an id, a name (its latest run), the prefix of one id, the four random characters at
/// an id's end. "" is the latest run. invalid if nothing matches, or if several ids match a prefix or ending,
/// unless all of these are segments of one training: then it is the latest of them.
[[nodiscard]] Result<FoundRun> find_run(Database& database, std::string_view reference);

[[nodiscard]] Result<std::string> id_of_run(Database& database, std::int64_t run);

}  // namespace joulecast::store::sql
