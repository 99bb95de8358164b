// The schema on the server, step by step (docs/teams.md). A released step is never changed; a later change is
// a new step. Internal to the store.
#pragma once

#include <span>

#include "store/postgres/database.hpp"

namespace joulecast::store::postgres {

struct Migration {
  int version;  ///< of the schema after this step
  const char* sql;
};

/// All steps, starting from a database without the schema. Their versions are 1, 2, 3 …
[[nodiscard]] std::span<const Migration> migrations();

/// Sees that the database has the tables of this version. If they are missing they are made where
/// `may_create`, else the store is unavailable. An older schema is migrated; denied in one line that says
/// what to grant where the role may not. malformed for a newer one, which is left as it is. One program
/// migrates at a time.
[[nodiscard]] Status bring_up_to_date(Database& database, bool may_create);

}  // namespace joulecast::store::postgres
