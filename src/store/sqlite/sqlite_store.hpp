// A store in one SQLite file. Internal to the store.
#pragma once

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// See RunStore::open. `path` is a plain path, not a URL.
[[nodiscard]] Result<std::unique_ptr<RunStore>> open_store(const std::string& path, Access access,
                                                           OpenOptions options);

}  // namespace joulecast::store::sqlite
