#include "store/sqlite/shared_index.hpp"

#include <signal.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>

namespace joulecast::store::sqlite {
namespace {

constexpr std::uintptr_t unused = 0, being_filled = 1;

/// What SQLite has mapped. The handler reads it at any moment, so that it has no lock and does not grow.
struct Mapping {
  std::atomic<std::uintptr_t> begin = unused;
  std::atomic<std::size_t> size = 0;
  std::atomic<bool> lost = false;
};
/// Each is 32 kB, the index of some 4000 pages of a log, which is merged long before it has 2 MB.
std::array<Mapping, 1024> mappings;
std::atomic<int> lost = 0;
struct sigaction before {};

bool is_shared_and_writable(int protection, int flags) {
  return (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0;
}

void* map(void* wanted, std::size_t size, int protection, int flags, int file, off_t offset) {
  void* memory = ::mmap(wanted, size, protection, flags, file, offset);
  if (memory == MAP_FAILED || !is_shared_and_writable(protection, flags)) return memory;
  for (auto& mapping : mappings) {
    std::uintptr_t begin = unused;
    if (!mapping.begin.compare_exchange_strong(begin, being_filled)) continue;
    mapping.size = size;
    mapping.lost = false;
    mapping.begin = reinterpret_cast<std::uintptr_t>(memory);
    return memory;
  }
  ::munmap(memory, size);
  errno = ENOMEM;
  return MAP_FAILED;
}

int unmap(void* memory, std::size_t size) {
  for (auto& mapping : mappings) {
    if (mapping.begin != reinterpret_cast<std::uintptr_t>(memory)) continue;
    if (mapping.lost.exchange(false)) --lost;
    mapping.begin = unused;
  }
  return ::munmap(memory, size);
}

/// Async-signal-safe: mmap() is a plain system call.
bool replace(std::uintptr_t address) {
  for (auto& mapping : mappings) {
    const auto begin = mapping.begin.load();
    if (begin <= being_filled || address < begin || address - begin >= mapping.size) continue;
    if (!mapping.lost.exchange(true)) ++lost;
    return ::mmap(reinterpret_cast<void*>(begin), mapping.size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
  }
  return false;
}

void on_bus_error(int number, siginfo_t* info, void* context) {
  const int error = errno;
  // Sent by kill(), it has no address.
  if (info->si_code > 0 && replace(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
    errno = error;
    return;
  }
  if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(number, info, context);
  if (before.sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) return before.sa_handler(number);
  // Ends the process as without this handler: a fault comes again, a signal that was sent has to be.
  ::signal(number, SIG_DFL);
  if (info->si_code <= 0) ::raise(number);
}

}  // namespace

void guard_shared_index() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    if (sqlite3_initialize() != SQLITE_OK) return;
    auto* vfs = sqlite3_vfs_find("unix");
    if (vfs == nullptr || vfs->iVersion < 3 || vfs->xSetSystemCall == nullptr) return;
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    if (::sigaction(SIGBUS, &action, &before) != 0) return;
    (void)vfs->xSetSystemCall(vfs, "mmap", reinterpret_cast<sqlite3_syscall_ptr>(map));
    (void)vfs->xSetSystemCall(vfs, "munmap", reinterpret_cast<sqlite3_syscall_ptr>(unmap));
  });
}

bool is_index_lost() {
  return lost > 0;
}

Status check_index(const std::string& store) {
  if (!is_index_lost()) return {};
  return fail(ErrorKind::retry, store + "-shm", "was shortened by another program while it was in use");
}

}  // namespace joulecast::store::sqlite
