// The least that measuring can cost: one wake-up of a timer, the reads, and one write a second. Prints the
// CPU time that it takes. Usage: bare_loop_bench INTERVAL_S DURATION_S OUTPUT FILE…
#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <vector>

namespace {

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  const double interval = std::atof(arguments[1]), duration = std::atof(arguments[2]);
  const int output = ::open(arguments[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<int> files;
  for (int i = 4; i < count; ++i) files.push_back(::open(arguments[i], O_RDONLY | O_CLOEXEC));
  const char record[256] = {};
  char buffer[1024];
  timespec next{};
  ::clock_gettime(CLOCK_MONOTONIC, &next);
  const double before = cpu_seconds();
  const auto steps = std::lround(duration / interval);
  const auto steps_a_second = std::max(1L, std::lround(1 / interval));
  for (long step = 1; step <= steps; ++step) {
    next.tv_nsec += std::lround(interval * 1e9);
    next.tv_sec += next.tv_nsec / 1'000'000'000;
    next.tv_nsec %= 1'000'000'000;
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    for (const int file : files)
      if (::pread(file, buffer, sizeof buffer, 0) <= 0) return 1;
    if (step % steps_a_second == 0 && ::write(output, record, sizeof record) < 0) return 1;
  }
  fmt::print("{:.9f}\n", (cpu_seconds() - before) / duration);
}
