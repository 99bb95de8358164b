// Copies one run's rows to another store. Internal to the store.
#pragma once

#include <filesystem>

#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Copies all rows of the run, with their keys, to an empty store that exists. All of them or none.
[[nodiscard]] Status copy_run(Database& from, std::int64_t key, const std::filesystem::path& to);

}  // namespace joulecast::store::sqlite
