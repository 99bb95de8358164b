// How a store of any earlier schema becomes one of today's: a step a version, in order. A step is never
// changed once it has been released; what a later joulecast needs is a step more. Internal to the store.
#pragma once

#include <span>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

struct Migration {
  int version;  ///< of the schema that it leads to
  const char* sql;
};

/// From an empty file (version 0) on: the versions are 1, 2, 3, …
[[nodiscard]] std::span<const Migration> migrations();

/// What this program reads and writes: PRAGMA user_version.
[[nodiscard]] int schema_version();

/// Applies the steps that lead beyond `version`, and writes down what was reached.
void migrate(Transaction& transaction, std::int64_t version);

}  // namespace joulecast::store::sqlite
