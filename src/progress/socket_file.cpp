#include "progress/socket_file.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.hpp"
#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::progress {
namespace fs = std::filesystem;
namespace {

bool is_ours_alone(const fs::path& folder) {
  struct stat found {};
  return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid() &&
         (found.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/// Whether nobody listens there. A process of another container may share the folder, so its number proves
/// nothing, but the socket does.
bool is_deserted(const fs::path& socket) {
  const auto name = socket.filename().string();
  const auto pid = parse_int(name.substr(0, name.find('-')));
  if (!pid || *pid <= 0 || ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno != ESRCH) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = socket.string();
  if (text.size() >= sizeof address.sun_path) return false;
  std::ranges::copy(text, address.sun_path);
  const Descriptor trial(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return trial && ::connect(trial.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

fs::path announcement_of(fs::path socket) {
  return socket += ".run";
}

void remove_deserted(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (is_deserted(entry->path())) (void)::unlink(entry->path().c_str());
}

}  // namespace

Result<fs::path> SocketFile::shared_folder(const fs::path& parent) {
  auto shared = parent / fmt::format("joulecast-{}", ::geteuid());
  if (::mkdir(shared.c_str(), S_IRWXU) == 0 || is_ours_alone(shared)) return shared;
  return fail(ErrorKind::denied, shared.string(), "cannot be made, or is not this user's alone");
}

Result<SocketFile> SocketFile::in(const fs::path& parent, int number) {
  const auto shared = parent / fmt::format("joulecast-{}", ::geteuid());
  const bool made = ::mkdir(shared.c_str(), S_IRWXU) == 0;
  if (made || is_ours_alone(shared)) {
    if (!made) remove_deserted(shared);
    return SocketFile(shared / fmt::format("{}-{}", ::getpid(), number));
  }
  // Another user has taken the name, or nothing can be made there at all.
  auto own = make_temporary_directory(parent, "joulecast");
  if (!own) return propagate(own.error());
  return SocketFile(*own / fmt::format("{}-{}", ::getpid(), number));
}

void SocketFile::announce(std::string_view text) const {
  if (!path_.empty()) (void)write_file(announcement_of(path_), text);
}

SocketFile::~SocketFile() {
  if (path_.empty()) return;
  (void)::unlink(announcement_of(path_).c_str());
  (void)::unlink(path_.c_str());
  // Fails while others use it, and may find no memory for the name.
  (void)failure_of([this] { (void)::rmdir(path_.parent_path().c_str()); });
}

}  // namespace joulecast::progress
