#include "store/sqlite/forks.hpp"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "store/sqlite/own_locks.hpp"

namespace joulecast::store::sqlite {
namespace {

/// That of own_locks.cpp, and then in the order in which SQLite itself takes one inside another: for the name
/// of a temporary file that of open files, then that of random numbers, then the main one to find a file
/// system; those of memory last.
constexpr std::array global_mutexes{
    SQLITE_MUTEX_STATIC_APP1, SQLITE_MUTEX_STATIC_OPEN, SQLITE_MUTEX_STATIC_VFS1, SQLITE_MUTEX_STATIC_VFS2,
    SQLITE_MUTEX_STATIC_VFS3, SQLITE_MUTEX_STATIC_PRNG, SQLITE_MUTEX_STATIC_MAIN, SQLITE_MUTEX_STATIC_LRU,
    SQLITE_MUTEX_STATIC_PMEM, SQLITE_MUTEX_STATIC_MEM};
constexpr std::chrono::milliseconds longest_wait{200};

/// Held while SQLite is prepared, for which it takes mutexes of its own that have no number.
pthread_mutex_t preparing = PTHREAD_MUTEX_INITIALIZER;
std::atomic<bool> prepared = false;
std::atomic<bool> unusable = false;    ///< a mutex was inherited locked
std::atomic<unsigned> generation = 0;  ///< forks between the first user and this process

/// What a thread holds while it forks.
struct Taken {
  bool preparing = false;
  std::size_t mutexes = 0;  ///< of the global ones, from the first on
  bool all = false;
};
thread_local Taken taken;

template <class Try>
bool take(Try attempt, std::chrono::steady_clock::time_point deadline) {
  while (!attempt()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return true;
}

void before_fork() {
  taken = {};
  const auto deadline = std::chrono::steady_clock::now() + longest_wait;
  taken.preparing = take([] { return ::pthread_mutex_trylock(&preparing) == 0; }, deadline);
  if (!taken.preparing) return;
  const auto wanted = prepared ? global_mutexes.size() : 0;
  const auto next_is_free = [] {
    return sqlite3_mutex_try(sqlite3_mutex_alloc(global_mutexes[taken.mutexes])) == SQLITE_OK;
  };
  while (taken.mutexes < wanted && take(next_is_free, deadline)) ++taken.mutexes;
  taken.all = taken.mutexes == wanted;
}

void give_back() {
  while (taken.mutexes > 0) sqlite3_mutex_leave(sqlite3_mutex_alloc(global_mutexes[--taken.mutexes]));
  if (std::exchange(taken.preparing, false)) ::pthread_mutex_unlock(&preparing);
}

void after_fork_in_child() {
  if (prepared) ++generation;
  if (!taken.all) unusable = true;
  if (taken.mutexes > 0) leave_own_locks_to_parent();  // they are in one piece
  give_back();
}

/// From the beginning of the program on: a fork may come while the first store is opened.
const int registered = ::pthread_atfork(before_fork, give_back, after_fork_in_child);

/// SQLite recognises by device and inode that it has a file open already. The files that the parent had open
/// are on devices of their own.
int with_own_device(int failed, struct stat* found) {
  if (failed == 0) found->st_dev ^= static_cast<dev_t>(generation.load()) << 40;
  return failed;
}

int stat_here(const char* path, struct stat* found) {
  return with_own_device(::stat(path, found), found);
}
int fstat_here(int file, struct stat* found) {
  return with_own_device(::fstat(file, found), found);
}

void tell_files_apart() {
  auto* vfs = sqlite3_vfs_find("unix");
  if (vfs == nullptr || vfs->iVersion < 3 || vfs->xSetSystemCall == nullptr) return;
  (void)vfs->xSetSystemCall(vfs, "stat", reinterpret_cast<sqlite3_syscall_ptr>(stat_here));
  (void)vfs->xSetSystemCall(vfs, "fstat", reinterpret_cast<sqlite3_syscall_ptr>(fstat_here));
}

}  // namespace

Status survive_forks() {
  if (unusable)
    return fail(ErrorKind::retry, "store", "cannot be used in a process that was forked while it was opened");
  if (prepared || registered != 0) return {};
  ::pthread_mutex_lock(&preparing);
  if (!prepared && sqlite3_initialize() == SQLITE_OK && sqlite3_threadsafe() != 0) {
    tell_files_apart();
    prepared = true;
  }
  ::pthread_mutex_unlock(&preparing);
  return {};
}

}  // namespace joulecast::store::sqlite
