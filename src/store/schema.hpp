// The tables (docs/store.md) and how a file comes to have them. Internal to the store.
#pragma once

#include "store/sqlite.hpp"

namespace joulecast::store {

/// What this program reads and writes: PRAGMA user_version.
constexpr int schema_version = 1;
/// PRAGMA application_id: "JCst". Another program's database is never taken for a store.
constexpr int application_id = 0x4a437374;

/// Looks before it touches: malformed for another program's file and for a newer schema, which both stay as
/// they are. An empty file becomes a store where `may_create`; else unavailable.
[[nodiscard]] Status ensure_schema(Database& database, bool may_create);

}  // namespace joulecast::store
