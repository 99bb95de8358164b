#include "store/sqlite/file_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/descriptor.hpp"

namespace joulecast::store::sqlite {
namespace fs = std::filesystem;
namespace {

constexpr off_t smallest_store = 512;  ///< the smallest page of SQLite's file format

/// Whether a log that is not empty begins as SQLite begins it. Nothing locks the log itself, so that to open
/// and close it does no harm.
bool begins_like_a_log(const fs::path& log) {
  const Descriptor file(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<unsigned char, 4> magic{};
  if (!file || ::pread(file.get(), magic.data(), magic.size(), 0) != static_cast<ssize_t>(magic.size()))
    return true;  // seen by its size, or gone
  return magic[0] == 0x37 && magic[1] == 0x7f && magic[2] == 0x06 && (magic[3] | 1) == 0x83;
}

}  // namespace

FileWatch::FileWatch(Database& database)
    : path_(database.where()), has_log_(database.has_log()), file_(stat_of(path_)) {}

std::optional<FileWatch::Stat> FileWatch::stat_of(const fs::path& path) {
  Stat found{};
  return ::stat(path.c_str(), &found) == 0 ? std::optional{found} : std::nullopt;
}

bool FileWatch::same_file(const Stat& a, const Stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

Status FileWatch::look(const std::optional<std::string>& run, bool changes_known) {
  const auto now = stat_of(path_);
  if (!now) return fail(ErrorKind::unavailable, path_.string(), "the store was removed while the run ran");
  if (file_ && !same_file(*file_, *now))
    return fail(ErrorKind::unavailable, path_.string(),
                "another file was put in the store's place while the run ran");
  if (!has_log_) return {};
  const auto log = stat_of(this->log());
  if (log_ && (!log || !same_file(*log_, *log)))
    return fail(ErrorKind::unavailable, this->log().string(),
                "the store's log was removed while the run ran");
  if (log && !begins_like_a_log(this->log()))
    return fail(ErrorKind::malformed, this->log().string(),
                "the store's log was overwritten while the run ran");
  // Others who merge the log may shorten it, too.
  const bool shortened = log && log_ && log->st_size < log_->st_size;
  const bool changed =
      file_ && (file_->st_size != now->st_size || file_->st_mtim.tv_sec != now->st_mtim.tv_sec ||
                file_->st_mtim.tv_nsec != now->st_mtim.tv_nsec);
  if ((changed || shortened) && !changes_known)
    if (auto status = examine(run); !status) return status;
  file_ = now;
  log_ = log;
  return {};
}

/// Another process that merges the log changes the file as well, so a change alone proves nothing.
Status FileWatch::examine(const std::optional<std::string>& run) const {
  const auto overwritten = [this] {
    return fail(ErrorKind::malformed, path_.string(), "the store was overwritten while the run ran");
  };
  if (const auto now = stat_of(path_); now && now->st_size < smallest_store) return overwritten();
  constexpr Seconds no_waiting{0};
  auto database = Database::open(path_, FileMode::read_write, no_waiting);
  if (!database) return {};  // looked at again when it changes again
  database->keep_log_on_close();
  auto check = database->query("PRAGMA quick_check(1)");
  const bool sound = check.row() && check.text(0) == "ok";
  if (!sound && check.status()) return overwritten();
  if (!sound) return check.status().error().kind == ErrorKind::retry ? Status{} : Status(overwritten());
  if (!run) return {};
  auto found = database->query("SELECT 1 FROM run WHERE id = ?", std::string_view(*run));
  if (!found.row() && (found.status() || found.status().error().kind != ErrorKind::retry))
    return overwritten();
  return {};
}

bool FileWatch::file_is_elsewhere() const {
  const auto now = stat_of(path_);
  return !now || (file_ && !same_file(*file_, *now));
}

void FileWatch::remove_log() const {
  const auto log = stat_of(this->log());
  if (!log || !log_ || !same_file(*log_, *log)) return;
  for (const char* suffix : {"-wal", "-shm"}) (void)::unlink((path_.string() + suffix).c_str());
}

}  // namespace joulecast::store::sqlite
