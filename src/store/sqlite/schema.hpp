// How a file comes to have the store's tables (docs/store.md). Internal to the store.
#pragma once

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// PRAGMA application_id: "JCst". Another program's database is never taken for a store.
constexpr int application_id = 0x4a437374;

/// The database with today's tables. Looks before it touches: malformed for another program's file and for a
/// newer schema, which both stay as they are. An empty file becomes a store where `may_create`; else
/// unavailable. An older store is migrated; where it may not be written, the answer is a migrated copy that
/// may not be written either.
[[nodiscard]] Result<Database> with_schema(Database database, bool may_create);

/// How we use a connection: a commit is on the disk when it returns.
[[nodiscard]] Status configure(Database& database);

}  // namespace joulecast::store::sqlite
