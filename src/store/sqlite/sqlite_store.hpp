// A store in one SQLite file. Internal to the store.
#pragma once

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// As RunStore::open; `path` as it is, no address.
[[nodiscard]] Result<std::unique_ptr<RunStore>> open_store(const std::string& path, Access access,
                                                           OpenOptions options);

}  // namespace joulecast::store::sqlite
