#include "base/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/system_error.hpp"
#include "base/text.hpp"

namespace joulecast {
namespace {

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISBLK(mode)) return "a block device";
  return "a device";
}

bool names_a_descriptor(const std::filesystem::path& path) {
  const auto text = path.string();
  return text == "-" || text == "/dev/stdin" || text.starts_with("/dev/fd/") ||
         text.starts_with("/proc/self/fd/");
}

Failure too_large(const std::filesystem::path& path, std::uint64_t most_bytes) {
  return fail(ErrorKind::invalid, path.string(),
              "larger than {:.6g} MB; --max-size or JOULECAST_MAX_SIZE=10GB allows more",
              static_cast<double>(most_bytes) * 1e-6);
}

Status check(const std::filesystem::path& path, const struct stat& info, std::uint64_t most_bytes) {
  const bool pipe = S_ISFIFO(info.st_mode) && names_a_descriptor(path);
  if (!S_ISREG(info.st_mode) && !pipe)
    return fail(ErrorKind::invalid, path.string(), "{}, not a file{}", kind_of(info.st_mode),
                S_ISFIFO(info.st_mode) ? "; a pipe is read as -" : "");
  if (S_ISREG(info.st_mode) && static_cast<std::uint64_t>(info.st_size) > most_bytes)
    return too_large(path, most_bytes);
  return {};
}

/// 0 = the user has said nothing.
std::atomic<std::uint64_t>& limit_of_the_user() {
  static std::atomic<std::uint64_t> limit = [] {
    const char* said = std::getenv("JOULECAST_MAX_SIZE");
    return said == nullptr ? 0 : parse_size(said).value_or(0);
  }();
  return limit;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr Unit units[] = {{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}};
  double factor = 1;
  for (const auto& unit : units)
    if (text.ends_with(unit.name)) {
      factor = unit.bytes;
      text.remove_suffix(unit.name.size());
      break;
    }
  const auto number = parse_double(trim(text));
  constexpr double most = 1e18;
  if (!number || *number <= 0 || *number * factor > most) return std::nullopt;
  return static_cast<std::uint64_t>(*number * factor);
}

std::uint64_t input_limit(std::uint64_t usual) {
  const auto said = limit_of_the_user().load();
  return said > 0 ? said : usual;
}

void set_input_limit(std::uint64_t bytes) {
  limit_of_the_user() = bytes;
}

Status check_input(const std::filesystem::path& path, std::uint64_t most_bytes) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return check(path, info, most_bytes);
}

Result<ReadBytes> open_input(const std::filesystem::path& path, std::uint64_t most_bytes) {
  // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
  auto file =
      std::make_shared<Descriptor>(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                               : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!*file || ::fstat(file->get(), &info) != 0)
    return fail(kind_of_errno(errno), path.string(), "{}", std::strerror(errno));
  if (auto ok = check(path, info, most_bytes); !ok) return propagate(ok.error());
  // Some files of /proc look regular and wait all the same: those keep O_NONBLOCK.
  if (path != "-" && S_ISFIFO(info.st_mode)) (void)::fcntl(file->get(), F_SETFL, 0);
  return ReadBytes([file, path, most_bytes, read = std::uint64_t{0}](
                       char* to, std::size_t size) mutable -> Result<std::size_t> {
    for (;;) {
      const auto got = ::read(file->get(), to, size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN)
        return fail(ErrorKind::invalid, path.string(), "nothing can be read here now");
      if (got < 0) return fail(kind_of_errno(errno), path.string(), "{}", std::strerror(errno));
      read += static_cast<std::uint64_t>(got);
      if (read > most_bytes) return too_large(path, most_bytes);
      return static_cast<std::size_t>(got);
    }
  });
}

}  // namespace joulecast
