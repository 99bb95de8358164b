#include "store/sqlite/readings_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/files.hpp"
#include "base/system_error.hpp"

namespace joulecast::store::sqlite {
namespace fs = std::filesystem;
namespace {

/// Many times what a run adds between two commits.
constexpr std::uint64_t most_bytes = 256u << 20;

fs::path path_of(const fs::path& store, std::string_view run) {
  return store.string() + "-live-" + std::string(run);
}

Failure failure(int error, const fs::path& path) {
  return fail(kind_of_errno(error), path.string(), "cannot keep readings here ({})", std::strerror(error));
}

}  // namespace

Result<ReadingsFile> ReadingsFile::create(const fs::path& store, std::string_view run) {
  auto path = path_of(store, run);
  (void)::unlink(path.c_str());
  Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file) return failure(errno, path);
  // Where a group shares the store, one of its members may have to close this run.
  struct stat shared {};
  if (::stat(store.c_str(), &shared) == 0) (void)::fchmod(file.get(), shared.st_mode & 0666);
  return ReadingsFile(std::move(path), std::move(file));
}

Status ReadingsFile::add(WallTime follows, const Buffer& row) {
  if (is_removed()) return failure(ENOENT, path_);
  Buffer body;
  put_zigzag(body, follows.ns);
  body.insert(body.end(), row.begin(), row.end());
  body = seal(std::move(body));
  Buffer record;
  put_varint(record, body.size());
  record.insert(record.end(), body.begin(), body.end());
  const auto written = ::pwrite(file_.get(), record.data(), record.size(), size_);
  if (written != static_cast<ssize_t>(record.size())) return failure(written < 0 ? errno : ENOSPC, path_);
  size_ += written;
  return {};
}

bool ReadingsFile::is_removed() const {
  struct stat now {};
  return ::fstat(file_.get(), &now) != 0 || now.st_nlink == 0;
}

void ReadingsFile::remove() {
  struct stat mine {
  }, there{};
  const bool same = ::fstat(file_.get(), &mine) == 0 && ::lstat(path_.c_str(), &there) == 0 &&
                    mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
  if (same) (void)::unlink(path_.c_str());
}

Buffer readings_beside(const fs::path& store, std::string_view run, WallTime follows) {
  Buffer rows;
  const auto content = read_file(path_of(store, run), most_bytes);
  if (!content) return rows;
  ByteReader file({reinterpret_cast<const std::uint8_t*>(content->data()), content->size()});
  while (!file.at_end()) {
    const auto body = unseal(file.take(file.varint()));
    if (!file.ok() || !body) break;
    ByteReader record(*body);
    if (record.zigzag() != follows.ns) continue;
    const auto row = record.rest();
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

void remove_readings_beside(const fs::path& store, std::string_view run) {
  (void)::unlink(path_of(store, run).c_str());
}

}  // namespace joulecast::store::sqlite
