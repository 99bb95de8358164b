// A path becomes an open database with today's tables. Internal to the store.
#pragma once

#include <filesystem>

#include "store/run_store.hpp"
#include "store/sqlite/database.hpp"

namespace joulecast::store::sqlite {

/// Makes file and folders where `access` is write. A file that may only be read is read where SQLite's own
/// files cannot be made beside it, too.
[[nodiscard]] Result<Database> open_file(const std::filesystem::path& path, Access access,
                                         const OpenOptions& options);

/// A further connection to a file that open_file() has opened for writing.
[[nodiscard]] Result<Database> open_again(const std::filesystem::path& path, const OpenOptions& options);

}  // namespace joulecast::store::sqlite
