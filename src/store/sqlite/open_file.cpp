#include "store/sqlite/open_file.hpp"

#include <cerrno>

#include "base/system_error.hpp"
#include "store/sqlite/schema.hpp"

namespace joulecast::store::sqlite {
namespace fs = std::filesystem;
namespace {

Result<Database> open_for_writing(const fs::path& path, const OpenOptions& options) {
  std::error_code error;
  if (const auto folder = path.parent_path(); !folder.empty() && !fs::exists(folder, error))
    if (fs::create_directories(folder, error); error)
      return fail(kind_of_errno(error.value()), folder.string(), "cannot make this folder ({})",
                  error.message());
  auto database = Database::open(path, FileMode::create, options.busy_timeout);
  if (database && database->is_read_only())
    return fail(ErrorKind::denied, path.string(), "the store may not be written");
  return database;
}

Result<Database> open_for_reading(const fs::path& path, const OpenOptions& options) {
  std::error_code error;
  if (fs::exists(path, error)) return Database::open(path, FileMode::read_write, options.busy_timeout);
  if (error && error.value() != ENOENT)
    return fail(kind_of_errno(error.value()), path.string(), "cannot open the store ({})", error.message());
  return fail(ErrorKind::unavailable, path.string(), "no run has been stored here yet");
}

/// Whether the error may mean that SQLite cannot create its own files there.
bool may_be_read_only(const Error& error, const fs::path& path) {
  std::error_code ignored;
  return error.kind != ErrorKind::malformed && !fs::exists(path.string() + "-wal", ignored);
}

}  // namespace

Result<Database> open_file(const fs::path& path, Access access, const OpenOptions& options) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return fail(ErrorKind::invalid, path.string(), "is a folder, not a store");
  auto database = access == Access::write ? open_for_writing(path, options) : open_for_reading(path, options);
  if (!database) return database;
  auto usable = with_schema(std::move(*database), access == Access::write);
  if (usable || access == Access::write || !may_be_read_only(usable.error(), path)) return usable;
  // The store is on a read-only disk or in another user's folder, and nobody is writing to it.
  database = Database::open(path, FileMode::immutable, options.busy_timeout);
  if (!database) return database;
  return with_schema(std::move(*database), false);
}

Result<Database> open_again(const fs::path& path, const OpenOptions& options) {
  auto database = open_for_writing(path, options);
  if (!database) return database;
  if (auto status = configure(*database); !status) return propagate(status.error());
  return database;
}

}  // namespace joulecast::store::sqlite
