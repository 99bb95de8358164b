#include "store/sqlite/open_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/descriptor.hpp"
#include "base/roots.hpp"
#include "base/system_error.hpp"
#include "store/sqlite/schema.hpp"

namespace joulecast::store::sqlite {
namespace fs = std::filesystem;
namespace {

/// Makes a folder and those above it, for their owner alone. Those that exist stay as they are.
Status make_folders(const fs::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  if (errno == ENOENT && folder.has_parent_path() && folder.parent_path() != folder) {
    if (auto above = make_folders(folder.parent_path()); !above) return above;
    if (::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  }
  return fail(kind_of_errno(errno), folder.string(), "cannot make this folder ({})", std::strerror(errno));
}

/// Takes permissions from others, if this user owns the file. In a folder whose new files get its group (the
/// set-group-ID bit), a store is meant to be shared: the group keeps its permissions.
void make_private(const fs::path& path) {
  struct stat file {
  }, folder{};
  if (::stat(path.c_str(), &file) != 0 || file.st_uid != ::geteuid()) return;
  if (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) return;
  const auto above = path.parent_path();
  const bool shared =
      ::stat(above.empty() ? "." : above.c_str(), &folder) == 0 && (folder.st_mode & S_ISGID) != 0;
  const mode_t others = shared && !S_ISDIR(file.st_mode) ? S_IRWXO : S_IRWXG | S_IRWXO;
  if ((file.st_mode & others) != 0) (void)::chmod(path.c_str(), file.st_mode & 07777 & ~others);
}

/// The store holds command lines. Its files, and the folder that is joulecast's own, are no business of other
/// users, however an earlier version made them.
void make_store_private(const fs::path& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) make_private(path.string() + suffix);
  if (const auto own = user_data_directory(); own && path.parent_path() == *own) make_private(*own);
}

/// Creates the file before SQLite does, which would let others read it. The flag O_EXCL also keeps this
/// process from opening and closing a file that it holds locks on. SQLite would call every failure "no such
/// file".
Status create_privately(const fs::path& path) {
  const Descriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (file || errno == EEXIST) return {};
  return fail(kind_of_errno(errno), path.string(), "cannot make the store ({})", std::strerror(errno));
}

/// SQLite takes any file, and what follows would change the mode of a device.
Status check_kind(const fs::path& path) {
  std::error_code error;
  const auto kind = fs::status(path, error).type();
  if (kind == fs::file_type::directory)
    return fail(ErrorKind::invalid, path.string(), "is a folder, not a store");
  const bool can_be_store =
      kind == fs::file_type::regular || kind == fs::file_type::not_found || kind == fs::file_type::none;
  return can_be_store
             ? Status{}
             : fail(ErrorKind::invalid, path.string(), "is not a regular file, so it cannot be a store");
}

Result<Database> open_for_writing(const fs::path& path, const OpenOptions& options) {
  if (auto usable = check_kind(path); !usable) return propagate(usable.error());
  if (auto made = make_folders(path.parent_path()); !made) return propagate(made.error());
  if (auto created = create_privately(path); !created) return propagate(created.error());
  auto database = Database::open(path, FileMode::create, options.busy_timeout, options.patience);
  if (database && database->is_read_only())
    return fail(ErrorKind::denied, path.string(), "the store may not be written");
  return database;
}

Result<Database> open_for_reading(const fs::path& path, FileMode mode, const OpenOptions& options) {
  std::error_code error;
  if (fs::exists(path, error)) return Database::open(path, mode, options.busy_timeout, options.patience);
  if (error && error.value() != ENOENT)
    return fail(kind_of_errno(error.value()), path.string(), "cannot open the store ({})", error.message());
  return fail(ErrorKind::unavailable, path.string(), "no run has been stored here yet");
}

/// Whether the error may mean that SQLite cannot create its own files there.
bool may_be_read_only(const Error& error, const fs::path& path) {
  std::error_code ignored;
  return error.kind != ErrorKind::malformed && !fs::exists(path.string() + "-wal", ignored);
}

Result<Database> open_once(const fs::path& path, Access access, const OpenOptions& options) {
  if (auto usable = check_kind(path); !usable) return propagate(usable.error());
  const auto mode = access == Access::look ? FileMode::read_only : FileMode::read_write;
  auto database =
      access == Access::write ? open_for_writing(path, options) : open_for_reading(path, mode, options);
  if (!database) return database;
  database->keep_log_from_copies();
  auto usable = with_schema(std::move(*database), access == Access::write, options.durability);
  if (usable && access != Access::look) make_store_private(path);  // not before it is known to be a store
  if (usable || access == Access::write || !may_be_read_only(usable.error(), path)) return usable;
  // The store is on a read-only disk or in another user's folder, and nobody is writing to it.
  database = Database::open(path, FileMode::immutable, options.busy_timeout, options.patience);
  if (!database) return database;
  return with_schema(std::move(*database), false);
}

}  // namespace

Result<Database> open_file(const fs::path& path, Access access, const OpenOptions& options) {
  // The last one to close the store removes its log, perhaps between the moments at which SQLite looks for it
  // and opens it. A store that is locked has been waited for already.
  constexpr int most_tries = 4;
  constexpr std::chrono::milliseconds pause{10}, longest_failure{200};
  for (int tries = 1;; ++tries) {
    const auto since = std::chrono::steady_clock::now();
    auto database = open_once(path, access, options);
    const bool may_pass = !database && database.error().kind == ErrorKind::retry &&
                          std::chrono::steady_clock::now() - since < longest_failure;
    if (!may_pass || access == Access::write || tries == most_tries) return database;
    std::this_thread::sleep_for(pause);
  }
}

Result<Database> open_again(const fs::path& path, const OpenOptions& options) {
  auto database = open_for_writing(path, options);
  if (!database) return database;
  database->keep_log_from_copies();
  if (auto status = configure(*database, options.durability); !status) return propagate(status.error());
  return database;
}

}  // namespace joulecast::store::sqlite
