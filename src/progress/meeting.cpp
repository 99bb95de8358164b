#include "progress/meeting.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "progress/socket_file.hpp"

namespace joulecast::progress {
namespace fs = std::filesystem;
namespace {

constexpr int looks = 40;  ///< for what a holder writes at once after it has the lock
constexpr auto between_looks = std::chrono::microseconds(500);
constexpr std::string_view beginning = "rank-";
constexpr std::size_t longest_path = 512;

/// A process may not open a file again that it has locked: closing it would give the lock back. So it has to
/// know what it holds.
struct Held {
  std::mutex mutex;
  std::set<fs::path> paths;
};

/// A forked child has none of the locks, and another thread of its parent may have held the mutex for ever:
/// it begins with a list of its own. The parent's stays in memory, since nobody can tell who still looks at
/// it.
Held* own_held = new Held;
const int begins_anew = ::pthread_atfork(nullptr, nullptr, [] { own_held = new Held; });

Held& held() {
  return *own_held;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

/// What the ranks of one launch on this node have in common. Where their launcher tells no id it is their
/// parent; the folder may be that of several nodes, and a machine may play several of them.
std::string common_of(const trace::Job& job, std::string_view within) {
  std::array<char, 256> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  auto common = fmt::format("{}\n{}\n{}\n{}", host.data(), job.node, trace::key_of(job), within);
  const bool is_step = !job.id.empty() && (job.launcher == "srun" || job.launcher == "flux");
  if (job.launch.empty() && !is_step) common += fmt::format("\n{}", ::getppid());
  return common;
}

struct flock whole_file(int type) {
  struct flock lock {};
  lock.l_type = static_cast<short>(type);
  lock.l_whence = SEEK_SET;
  return lock;
}

bool try_lock(const Descriptor& file) {
  auto lock = whole_file(F_WRLCK);
  return ::fcntl(file.get(), F_SETLK, &lock) == 0;
}

/// Whether the path still leads to this file, which another process may have removed meanwhile.
bool is_still(const Descriptor& file, const fs::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.get(), &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

Descriptor open_file(const fs::path& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
}

/// Files that nobody holds are those of ranks that were killed. Who is just about to take one of them sees
/// that it is gone, and makes another.
void remove_deserted(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const auto& path = entry->path();
    if (!path.filename().string().starts_with(beginning) || held().paths.contains(path)) continue;
    const auto file = open_file(path, O_RDWR);
    if (file && try_lock(file) && is_still(file, path)) (void)::unlink(path.c_str());
  }
}

}  // namespace

Result<Meeting> Meeting::of(const trace::Job& job, const fs::path& parent, std::string_view within) {
  const auto folder = SocketFile::shared_folder(parent);
  if (!folder) return propagate(folder.error());
  return Meeting(*folder / fmt::format("{}{:016x}", beginning, hash_of(common_of(job, within))));
}

bool Meeting::is_of_this_process() const {
  return lock_ && process_ == ::getpid();
}

Meeting::~Meeting() {
  if (is_of_this_process())
    (void)::unlink(file_.c_str());  // who waits for it sees that it is gone, and makes another
  give_back();
}

bool Meeting::take(const fs::path& socket) {
  const std::lock_guard guard(held().mutex);
  if (held().paths.contains(file_)) return false;
  for (int tries = 0; tries < 3; ++tries) {
    auto file = open_file(file_, O_RDWR | O_CREAT);
    if (!file || !try_lock(file)) return false;
    if (!is_still(file, file_)) continue;
    const auto text = socket.string() + "\n";
    if (::ftruncate(file.get(), 0) != 0 ||
        ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
      return false;
    held().paths.insert(file_);
    remove_deserted(file_.parent_path());
    lock_.emplace(std::move(file));
    process_ = ::getpid();
    return true;
  }
  return false;
}

void Meeting::give_back() {
  if (!lock_) return;
  if (is_of_this_process()) {
    const std::lock_guard guard(held().mutex);
    held().paths.erase(file_);
  }
  lock_.reset();
}

Result<SocketServer> listen_for(const trace::Job& job, const Result<fs::path>& folder) {
  auto server = folder ? SocketServer::listen(*folder) : Result<SocketServer>(propagate(folder.error()));
  if (server) {
    const std::lock_guard guard(held().mutex);
    remove_deserted(server->path().parent_path());
  }
  if (server || !trace::may_share_node(job)) return server;
  auto other = SocketServer::listen("/tmp");
  return other ? std::move(other) : std::move(server);
}

std::optional<fs::path> Meeting::look() const {
  {
    const std::lock_guard guard(held().mutex);
    if (held().paths.contains(file_)) return std::nullopt;
  }
  const auto file = open_file(file_, O_RDONLY);
  if (!file) return std::nullopt;
  for (int look = 0; look < looks; ++look) {
    auto lock = whole_file(F_RDLCK);
    if (::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return std::nullopt;
    std::array<char, longest_path> text{};
    const auto got = ::pread(file.get(), text.data(), text.size(), 0);
    const std::string_view read(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (const auto end = read.find('\n'); end != std::string_view::npos) return fs::path(read.substr(0, end));
    std::this_thread::sleep_for(between_looks);
  }
  return std::nullopt;
}

}  // namespace joulecast::progress
