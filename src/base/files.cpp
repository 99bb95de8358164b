#include "base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/descriptor.hpp"
#include "base/system_error.hpp"

namespace joulecast {
namespace fs = std::filesystem;
namespace {

/// Writes everything, or returns the errno of the failure, also that of open().
int write_and_close(Descriptor file, std::string_view content) {
  if (!file) return errno;
  int error = 0;
  while (!content.empty() && error == 0) {
    const auto put = ::write(file.get(), content.data(), content.size());
    if (put >= 0)
      content.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR)
      error = errno;
  }
  if (::close(file.release()) != 0 && error == 0) error = errno;  // a full disk may show only here
  return error;
}

fs::path part_of(const fs::path& path) {
  return path.string() + ".part" + std::to_string(::getpid());
}

/// A new file of our own. In a folder that others write to, its name may already be theirs: a link would lead
/// us elsewhere. A file of that name that an earlier process left is replaced.
Descriptor create_part(const fs::path& part) {
  const auto create = [&] {
    return Descriptor(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  };
  auto file = create();
  if (!file && errno == EEXIST && ::unlink(part.c_str()) == 0) file = create();
  return file;
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t most_bytes) {
  const auto read = open_input(path, input_limit(most_bytes));
  if (!read) return propagate(read.error());
  std::string content;
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const auto got = (*read)(buffer.data(), buffer.size());
    if (!got) return propagate(got.error());
    if (*got == 0) return content;
    content.append(buffer.data(), *got);
  }
}

Result<fs::path> make_temporary_directory(const fs::path& parent, std::string_view name) {
  constexpr std::size_t drawn = 6;  // the six letters that mkdtemp replaces
  auto pattern = (parent / name).string() + "-" + std::string(drawn, 'X');
  if (::mkdtemp(pattern.data()) == nullptr) return fail_errno(parent, errno);
  return fs::path(pattern);
}

Status can_write_file(const fs::path& path) {
  std::error_code ignored;
  const auto present = fs::status(path, ignored);
  if (fs::is_directory(present)) return fail_errno(path, EISDIR);
  if (fs::exists(present) && !fs::is_regular_file(present))
    return ::access(path.c_str(), W_OK) == 0 ? Status{} : fail_errno(path, errno);
  const auto beside = part_of(path);
  if (const auto file = create_part(beside); !file) return fail_errno(path, errno);
  ::unlink(beside.c_str());
  return {};
}

Status write_file(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  const auto present = fs::status(path, ignored);
  if (fs::is_directory(present)) return fail_errno(path, EISDIR);
  if (fs::exists(present) && !fs::is_regular_file(present)) {
    const int error = write_and_close(Descriptor(::open(path.c_str(), O_WRONLY | O_CLOEXEC)), content);
    return error == 0 ? Status{} : fail_errno(path, error);
  }
  const auto target = fs::is_symlink(fs::symlink_status(path, ignored)) && fs::exists(present)
                          ? fs::canonical(path, ignored)
                          : path;
  const auto beside = part_of(target);
  int error = write_and_close(create_part(beside), content);
  if (error == 0 && ::rename(beside.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(beside.c_str());
  return fail_errno(path, error);
}

}  // namespace joulecast
