// Migrates a store from any earlier schema to the current one, with one step per version. A released step is
// never changed; a later change of the schema is a new step. Internal to the store.
#pragma once

#include <span>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// The network's name as `info` has it, in words that an index may have: SQLite takes its JSON functions for
/// unsafe in the schema of a file that is not trusted. A quotation mark within the name ends it.
constexpr const char* architecture_in_info =
    R"(CASE WHEN instr(info, '"architecture":"') > 0 THEN substr(info, instr(info, '"architecture":"') + 16, )"
    R"(instr(substr(info, instr(info, '"architecture":"') + 16), '"') - 1) END)";

struct Migration {
  int version;  ///< version of the schema after this step
  const char* sql;
  /// What cannot be said in SQL, done after it; nullptr = nothing.
  void (*then)(Transaction& transaction) = nullptr;
};

/// All steps, starting from an empty file (version 0). Their versions are 1, 2, 3, …
[[nodiscard]] std::span<const Migration> migrations();

/// The version that this program reads and writes (PRAGMA user_version).
[[nodiscard]] int schema_version();

/// Applies the steps after `version` in a transaction of the database, and records the version reached.
void migrate(Database& database, Transaction& transaction, std::int64_t version);

}  // namespace joulecast::store::sqlite
