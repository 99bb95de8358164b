// Opens a path as a database with the current tables. Internal to the store.
#pragma once

#include <filesystem>

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Creates the file and its folders if `access` is write. Also opens a file in a read-only folder, where
/// SQLite cannot create its own files.
[[nodiscard]] Result<Database> open_file(const std::filesystem::path& path, Access access,
                                         const OpenOptions& options);

/// Another connection to a file that open_file() has opened for writing.
[[nodiscard]] Result<Database> open_again(const std::filesystem::path& path, const OpenOptions& options);

}  // namespace joulecast::store::sqlite
