// Gives a file the store's tables (docs/store.md). Internal to the store.
#pragma once

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// PRAGMA application_id, "JCst". It keeps another program's database from being taken for a store.
constexpr int application_id = 0x4a437374;

/// Returns the database with the current tables. Checks before it changes anything: malformed for another
/// program's file and for a newer schema, and both stay unchanged. An empty file becomes a store if
/// `may_create`, else it is unavailable. An older store is migrated. If it is not writable, the result is a
/// migrated, read-only copy.
[[nodiscard]] Result<Database> with_schema(Database database, bool may_create,
                                           Durability durability = Durability::at_once);

/// Sets the options of a connection.
[[nodiscard]] Status configure(Database& database, Durability durability);

}  // namespace joulecast::store::sqlite
