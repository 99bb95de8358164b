#include "run/helper_process.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace joulecast::run {
namespace {

constexpr unsigned last_descriptor = ~0U;
constexpr unsigned last_without_system_call = 65'535;

void close_between(unsigned first, unsigned last) {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  for (unsigned number = first; number <= std::min(last, last_without_system_call); ++number)
    ::close(static_cast<int>(number));
}

}  // namespace

void begin_helper_process(const char* name) {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
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
