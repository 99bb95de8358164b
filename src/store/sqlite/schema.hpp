// Gives a file the store's tables (docs/store.md). Internal to the store.
#pragma once

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// PRAGMA application_id, "JCst". It keeps another program's database from being taken for a store.
constexpr int application_id = 0x4a437374;

/// Returns the database with the current tables. Checks before it changes anything: malformed for another
/// program's file and for a newer schema, and both stay unchanged. An empty file becomes a store if
/// `may_create`, else it is unavailable. An older store is migrated. If it is not writable, the result is a
/// migrated, read-only copy.
[[nodiscard]] Result<Database> with_schema(Database database, bool may_create);

/// Sets the options of a connection: a commit is on the disk when it returns.
[[nodiscard]] Status configure(Database& database);

}  // namespace joulecast::store::sqlite
