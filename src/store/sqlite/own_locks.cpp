#include "store/sqlite/own_locks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace joulecast::store::sqlite {
namespace {

using File = std::pair<dev_t, ino_t>;

// Of SQLite's file format (https://sqlite.org/walformat.html, "WAL Locks"): where the index is locked, and by
// whom it is opened.
constexpr off_t first_index_lock = 120, last_index_lock = 128;
constexpr off_t opening_lock = last_index_lock;
// Where a user of the file itself holds a shared lock (SHARED_FIRST and SHARED_SIZE of SQLite's os.h).
constexpr off_t shared_first = 0x40000002, shared_size = 510;
// Of the file's header: how it is read.
constexpr off_t read_version = 19;
constexpr char with_log = 2;
constexpr std::chrono::seconds longest_wait{1};

std::optional<File> file_of(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return std::nullopt;
  return File{found.st_dev, found.st_ino};
}

// --- the index

constexpr int none = -1;

/// An index that SQLite has open for us. Without a lock, since it is looked at after a fork.
struct Index {
  std::atomic<int> descriptor = none;
  std::atomic<dev_t> device = 0;
  std::atomic<ino_t> inode = 0;
};
std::array<Index, 64> indexes;
thread_local bool opens_ours = false;

bool is_ours(int descriptor) {
  for (const auto& index : indexes)
    if (index.descriptor == descriptor) return true;
  return false;
}

void forget(int descriptor) {
  for (auto& index : indexes) {
    int expected = descriptor;
    (void)index.descriptor.compare_exchange_strong(expected, none);
  }
}

/// Without room, or outside of connections of ours, SQLite's own kind of lock stays.
void remember(int descriptor) {
  forget(descriptor);
  const auto file = file_of(descriptor);
  if (!opens_ours || !file) return;
  for (auto& index : indexes) {
    int expected = none;
    if (!index.descriptor.compare_exchange_strong(expected, descriptor)) continue;
    index.device = file->first;
    index.inode = file->second;
    return;
  }
}

int by_description(int command) {
  switch (command) {
    case F_GETLK:
      return F_OFD_GETLK;
    case F_SETLK:
      return F_OFD_SETLK;
    case F_SETLKW:
      return F_OFD_SETLKW;
    default:
      return command;
  }
}

/// SQLite asks who has an index open before it locks anything of it.
int control(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (by_description(command) == command) return ::fcntl(descriptor, command, argument);
  auto* const lock = static_cast<struct flock*>(argument);
  if (lock->l_start < first_index_lock || lock->l_start > last_index_lock)
    return ::fcntl(descriptor, command, lock);
  if (command == F_GETLK && lock->l_start == opening_lock) remember(descriptor);
  if (!is_ours(descriptor)) return ::fcntl(descriptor, command, lock);
  lock->l_pid = 0;  // as the kernel wants it
  return ::fcntl(descriptor, by_description(command), lock);
}

int close_file(int descriptor) {
  forget(descriptor);
  return ::close(descriptor);
}

std::atomic<const sqlite3_io_methods*> methods_of_sqlite = nullptr;
sqlite3_io_methods our_methods;

int map_index(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  opens_ours = true;
  const int code = methods_of_sqlite.load()->xShmMap(file, region, size, extend, memory);
  opens_ours = false;
  return code;
}

// --- the file itself

/// For what follows. It is one of SQLite's own locks that are meant for applications, so that a fork waits
/// for it (forks.cpp).
class StoresLock {
 public:
  StoresLock() : mutex_(sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1)) { sqlite3_mutex_enter(mutex_); }
  ~StoresLock() { sqlite3_mutex_leave(mutex_); }
  StoresLock(const StoresLock&) = delete;
  StoresLock& operator=(const StoresLock&) = delete;

 private:
  sqlite3_mutex* mutex_;
};

}  // namespace

struct UserMark::Store {
  int descriptor = none;
  int connections = 0;
};

namespace {

std::map<File, std::shared_ptr<UserMark::Store>>& stores() {
  static auto* const all = new std::map<File, std::shared_ptr<UserMark::Store>>;  // outlives all connections
  return *all;
}

/// False where somebody has the file for himself.
bool lock_as_user(int descriptor, short kind) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = shared_first;
  lock.l_len = shared_size;
  return ::fcntl(descriptor, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

}  // namespace

void prepare_own_locks() {
  static std::once_flag prepared;
  std::call_once(prepared, [] {
    if (sqlite3_initialize() != SQLITE_OK) return;
    auto* vfs = sqlite3_vfs_find("unix");
    if (vfs == nullptr || vfs->iVersion < 3 || vfs->xSetSystemCall == nullptr) return;
    (void)vfs->xSetSystemCall(vfs, "close", reinterpret_cast<sqlite3_syscall_ptr>(close_file));
    (void)vfs->xSetSystemCall(vfs, "fcntl", reinterpret_cast<sqlite3_syscall_ptr>(control));
  });
}

void lock_index_by_description(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return;
  const StoresLock lock;
  if (methods_of_sqlite == nullptr) {
    our_methods = *file->pMethods;
    our_methods.xShmMap = map_index;
    methods_of_sqlite = file->pMethods;
  }
  if (file->pMethods == methods_of_sqlite) file->pMethods = &our_methods;
}

UserMark::UserMark(const std::string& path) : path_(path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return;
  const StoresLock lock;
  auto& store = stores()[{found.st_dev, found.st_ino}];
  if (!store) store = std::make_shared<Store>();
  ++store->connections;
  counted_ = true;
  store_ = store;
}

/// Closed with the last connection only: then this process has no lock left that the close could take away.
int UserMark::descriptor() const {
  const StoresLock lock;
  if (store_->descriptor == none) store_->descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  return store_->descriptor;
}

void UserMark::set() {
  const int file = store_ ? descriptor() : none;
  char version = 0;
  if (file == none || ::pread(file, &version, 1, read_version) != 1 || version != with_log) return;
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  while (!lock_as_user(file, F_RDLCK) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void UserMark::lift() {
  if (!std::exchange(counted_, false)) return;
  const StoresLock lock;
  if (--store_->connections == 0 && store_->descriptor != none) lock_as_user(store_->descriptor, F_UNLCK);
}

UserMark::~UserMark() {
  if (!store_) return;
  lift();
  const StoresLock lock;
  if (store_->connections > 0) return;
  if (store_->descriptor != none) ::close(std::exchange(store_->descriptor, none));
  std::erase_if(stores(), [this](const auto& entry) { return entry.second == store_; });
}

void leave_own_locks_to_parent() {
  // SQLite's notes still have the number of an index, which must not become that of another file.
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (auto& index : indexes) {
    const int descriptor = index.descriptor.exchange(none);
    if (descriptor == none || nowhere < 0) continue;
    if (file_of(descriptor) == File{index.device, index.inode}) (void)::dup3(nowhere, descriptor, O_CLOEXEC);
  }
  if (nowhere >= 0) ::close(nowhere);
  for (const auto& [file, store] : stores()) {
    const int descriptor = std::exchange(store->descriptor, none);
    if (descriptor != none && file_of(descriptor) == file) ::close(descriptor);
  }
  stores().clear();
}

}  // namespace joulecast::store::sqlite
