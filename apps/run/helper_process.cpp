#include "run/helper_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/descriptor.hpp"

namespace joulecast::run {
namespace {

constexpr unsigned last_descriptor = ~0U;
constexpr unsigned last_without_system_call = 65'535;

void close_between(unsigned first, unsigned last) {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned number = first; number <= std::min(last, last_without_system_call); ++number)
    ::close(static_cast<int>(number));
}

/// One of the numbers of proc_pid_stat(5), counted from 1 as there; 0 if it cannot be read.
std::uintptr_t field_of_stat(std::string_view stat, int wanted) {
  constexpr int first_behind_name = 3;
  const auto bracket = stat.rfind(')');
  if (bracket == std::string_view::npos) return 0;
  stat.remove_prefix(std::min(bracket + 2, stat.size()));
  for (int field = first_behind_name; field < wanted; ++field) {
    const auto blank = stat.find(' ');
    if (blank == std::string_view::npos) return 0;
    stat.remove_prefix(blank + 1);
  }
  std::uintptr_t number = 0;
  constexpr std::uintptr_t ten = 10;
  for (const char c : stat) {
    if (c < '0' || c > '9') break;
    number = number * ten + static_cast<std::uintptr_t>(c - '0');
  }
  return number;
}

/// What `ps` and `pkill -f` see: the memory that the kernel filled with the command line at exec.
void replace_command_line(std::string_view name) {
  constexpr int arg_start = 48, arg_end = 49;
  std::array<char, 1024> text{};
  const Descriptor file(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
  const auto got = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (got <= 0) return;
  const std::string_view stat(text.data(), static_cast<std::size_t>(got));
  const auto begin = field_of_stat(stat, arg_start), end = field_of_stat(stat, arg_end);
  if (begin == 0 || end <= begin) return;
  auto* line = reinterpret_cast<char*>(begin);
  std::memset(line, 0, end - begin);
  std::memcpy(line, name.data(), std::min<std::size_t>(name.size(), end - begin - 1));
}

}  // namespace

void begin_helper_process(const char* name) {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
  replace_command_line(name);
  [[maybe_unused]] const auto moved = ::chdir("/");
}

void close_all_but(std::initializer_list<int> kept) {
  std::array<int, 16> sorted{};
  std::size_t count = 0;
  for (const int number : kept)
    if (number >= 0 && count < sorted.size()) sorted[count++] = number;
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(count));
  unsigned next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<unsigned>(sorted[i]);
    if (number > next) close_between(next, number - 1);
    next = std::max(next, number + 1);
  }
  close_between(next, last_descriptor);
}

}  // namespace joulecast::run
