#include "store/journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/roots.hpp"
#include "base/system_error.hpp"
#include "store/server_address.hpp"

namespace joulecast::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view ending = ".journal";
/// A damaged length must not allocate much memory. A commit takes in 64 MB of readings at most.
constexpr std::uint64_t most_bytes = 256u << 20;
/// As long as the file holds the whole run, its figures are known here where the server is away at the end.
constexpr off_t worth_emptying = 32 << 20;

Failure failure(int error, const fs::path& path) {
  return fail(kind_of_errno(error), path.string(), "cannot keep the run here ({})", std::strerror(error));
}

/// A folder that only this user can reach, whoever made the one above it.
bool make_private(const fs::path& folder) {
  std::error_code ignored;
  fs::create_directories(folder.parent_path(), ignored);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return false;
  struct stat found {};
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
         (found.st_mode & (S_IRWXG | S_IRWXO)) == 0 && ::access(folder.c_str(), W_OK) == 0;
}

}  // namespace

std::vector<fs::path> journal_folders() {
  std::vector<fs::path> folders;
  if (const auto own = user_data_directory()) folders.push_back(*own / "undelivered");
  if (const auto temporary = temporary_directory())
    folders.push_back(*temporary / fmt::format("joulecast-undelivered-{}", ::geteuid()));
  return folders;
}

Result<JournalFile> JournalFile::create(const JournalHead& head) {
  const auto folders = journal_folders();
  const auto folder = std::ranges::find_if(folders, make_private);
  if (folder == folders.end())
    return fail(ErrorKind::denied, folders.empty() ? "" : folders.front().string(),
                "no folder can be made in which a run waits for its store");
  const auto path = *folder / (head.run + "-" + head.token.substr(0, 8) + std::string(ending));
  // Others look for the name that it gets when it is locked and has its head.
  const auto unfinished = path.string() + "-new";
  Descriptor file(
      ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!file) return failure(errno, path);
  JournalFile journal(path, std::move(file));
  journal.head_ = head;
  auto ready = journal.append(to_bytes(head));
  if (ready && (::flock(journal.file_.get(), LOCK_EX | LOCK_NB) != 0 ||
                ::rename(unfinished.c_str(), path.c_str()) != 0))
    ready = failure(errno, path);
  if (!ready) {
    (void)::unlink(unfinished.c_str());
    return propagate(ready.error());
  }
  journal.begin_ = journal.stored_ = journal.end_;
  return journal;
}

Result<JournalFile> JournalFile::open(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return failure(errno, path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorKind::retry, path.string(), "another process uses this journal");
  return opened(path, std::move(file));
}

Result<JournalFile> JournalFile::look(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return failure(errno, path);
  return opened(path, std::move(file));
}

Result<JournalFile> JournalFile::opened(fs::path path, Descriptor file) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0 || found.st_nlink == 0) return failure(ENOENT, path);
  JournalFile journal(std::move(path), std::move(file));
  journal.end_ = found.st_size;
  const auto head = head_of(journal.record_at(0, journal.begin_));
  if (!head) return fail(ErrorKind::malformed, journal.path_.string(), "is no journal of this joulecast");
  journal.head_ = *head;
  journal.stored_ = journal.begin_;
  return journal;
}

Status JournalFile::append(const Buffer& body) {
  const auto sealed = seal(body);
  Buffer record;
  put_varint(record, sealed.size());
  record.insert(record.end(), sealed.begin(), sealed.end());
  const auto written = ::pwrite(file_.get(), record.data(), record.size(), end_);
  if (written != static_cast<ssize_t>(record.size())) return failure(written < 0 ? errno : ENOSPC, path_);
  end_ += written;
  return {};
}

Status JournalFile::add(const JournalEntry& entry) {
  return append(to_bytes(entry));
}

/// The body of a record, and where the next one begins; empty if there is no whole one.
Buffer JournalFile::record_at(off_t place, off_t& after) const {
  constexpr std::size_t longest_varint = 10;
  std::array<std::uint8_t, longest_varint> begin{};
  const auto got = ::pread(file_.get(), begin.data(), begin.size(), place);
  if (got <= 0) return {};
  ByteReader head({begin.data(), static_cast<std::size_t>(got)});
  const auto size = head.varint();
  if (!head.ok() || size > most_bytes) return {};
  const auto body = place + got - static_cast<off_t>(head.rest().size());
  Buffer sealed(size);
  if (::pread(file_.get(), sealed.data(), size, body) != static_cast<ssize_t>(size)) return {};
  const auto whole = unseal(sealed);
  if (!whole) return {};
  after = body + static_cast<off_t>(size);
  return {whole->begin(), whole->end()};
}

std::vector<JournalEntry> JournalFile::next(std::size_t bytes) {
  std::vector<JournalEntry> entries;
  read_ = stored_;
  const auto until = stored_ + static_cast<off_t>(bytes);
  while (read_ < end_ && read_ < until) {
    off_t after = read_;
    auto entry = entry_of(record_at(read_, after));
    if (!entry) {  // torn by the death of who wrote it
      end_ = read_;
      break;
    }
    entries.push_back(std::move(*entry));
    read_ = after;
  }
  return entries;
}

void JournalFile::stored() {
  stored_ = read_;
  if (stored_ < end_ || end_ - begin_ < worth_emptying) return;
  if (::ftruncate(file_.get(), begin_) == 0) stored_ = end_ = begin_;
}

void JournalFile::remove() {
  (void)::unlink(path_.c_str());
}

std::vector<WaitingJournal> waiting_journals(const std::string& store) {
  const auto wanted = identity_of(store);
  std::vector<WaitingJournal> found;
  for (const auto& folder : journal_folders()) {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(folder, ignored)) {
      if (file.path().extension() != ending) continue;
      // Not of another user, who may have laid it there.
      struct stat status {};
      if (::lstat(file.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
          status.st_uid != ::geteuid())
        continue;
      const auto journal = JournalFile::open(file.path());
      if (journal && (store.empty() || identity_of(journal->head().store) == wanted))
        found.push_back({file.path(), journal->head()});
    }
  }
  std::ranges::sort(found, {}, &WaitingJournal::path);
  return found;
}

}  // namespace joulecast::store
