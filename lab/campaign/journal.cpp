#include "lab/campaign/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/files.hpp"
#include "base/system_error.hpp"
#include "lab/campaign/record_format.hpp"

namespace joulecast::lab {
namespace {

constexpr std::uint64_t largest_journal = std::uint64_t{4} << 30;

/// The records of all complete lines. `complete` becomes their length.
Result<std::vector<Record>> records_of(std::string_view text, const std::string& file,
                                       std::size_t& complete) {
  std::vector<Record> records;
  complete = 0;
  for (std::size_t number = 1;; ++number) {
    const auto end = text.find('\n', complete);
    if (end == std::string_view::npos) return records;
    auto record = parse_record(text.substr(complete, end - complete), fmt::format("{}:{}", file, number));
    if (!record) return propagate(record.error());
    records.push_back(std::move(*record));
    complete = end + 1;
  }
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

Status lock_file(const Descriptor& file, const std::filesystem::path& name) {
  auto lock = whole_file();
  if (::fcntl(file.get(), F_SETLK, &lock) == 0) return {};
  if (errno != EACCES && errno != EAGAIN) return fail_errno(name, errno);
  auto holder = whole_file();
  const bool known =
      ::fcntl(file.get(), F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0;
  return fail(ErrorKind::invalid, name, "this campaign is being run already{}",
              known ? fmt::format(", by process {}", holder.l_pid) : "");
}

int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto put = ::write(file, text.data(), text.size());
    if (put >= 0)
      text.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR)
      return errno;
  }
  return ::fdatasync(file) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

}  // namespace

std::filesystem::path journal_of(const std::filesystem::path& plan) {
  auto file = plan;
  return file.replace_extension(".journal");
}

Result<std::vector<Record>> read_journal(const std::filesystem::path& file) {
  const auto text = read_file(file, largest_journal);
  if (!text && text.error().kind == ErrorKind::unavailable) return std::vector<Record>{};
  if (!text) return propagate(text.error());
  std::size_t complete = 0;
  return records_of(*text, file.string(), complete);
}

Result<Journal> Journal::open(const std::filesystem::path& file) {
  Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644));
  if (!descriptor) return fail_errno(file, errno);
  struct stat about {};
  if (::fstat(descriptor.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(ErrorKind::invalid, file, "is no regular file");
  if (const auto locked = lock_file(descriptor, file); !locked) return propagate(locked.error());
  Journal journal(file, std::move(descriptor));
  if (const auto loaded = journal.load(); !loaded) return propagate(loaded.error());
  return journal;
}

Status Journal::load() {
  std::string text;
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const auto got =
        ::pread(descriptor_.get(), buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(file_, errno);
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  std::size_t complete = 0;
  auto records = records_of(text, file_.string(), complete);
  if (!records) return propagate(records.error());
  records_ = std::move(*records);
  size_ = static_cast<off_t>(complete);
  if (complete < text.size() && ::ftruncate(descriptor_.get(), size_) != 0) return fail_errno(file_, errno);
  return {};
}

Status Journal::append(const Record& record) {
  const auto line = to_line(record) + "\n";
  if (const int error = write_all(descriptor_.get(), line); error != 0) {
    [[maybe_unused]] const int removed = ::ftruncate(descriptor_.get(), size_);
    return fail_errno(file_, error);
  }
  size_ += static_cast<off_t>(line.size());
  records_.push_back(record);
  return {};
}

}  // namespace joulecast::lab
