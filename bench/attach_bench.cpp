// What it costs a rank to attach to the one that measures its node: from prepare() to the point where its
// command may start, and its farewell. The other rank is a process of its own. Fails above 5 ms.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "base/files.hpp"
#include "base/roots.hpp"
#include "measure/node_measurement.hpp"
#include "progress/meeting.hpp"

namespace {

using namespace joulecast;
using Clock = std::chrono::steady_clock;

constexpr int ranks = 500;
constexpr double most_ms = 5;

/// Two tasks of a step of Slurm.
const char* task(const char* name) {
  const std::string_view asked(name);
  if (asked == "SLURM_JOB_ID") return "1";
  if (asked == "SLURM_STEP_ID") return "0";
  if (asked == "SLURM_PROCID" || asked == "SLURM_LOCALID" || asked == "SLURM_NODEID") return "1";
  if (asked == "SLURM_NTASKS") return "2";
  return nullptr;
}

/// Holds the lock and listens until it is killed.
[[noreturn]] void measure_node(const std::filesystem::path& folder, int ready) {
  auto server = progress::SocketServer::listen(folder);
  auto meeting = progress::Meeting::of(trace::job_of(task), folder);
  const char taken = server && meeting && meeting->take(server->path()) ? 1 : 0;
  (void)!::write(ready, &taken, 1);
  for (;;) {
    if (server) (void)server->service(system_clock());
    ::usleep(1000);
  }
}

double attach_ms(const std::filesystem::path& folder) {
  auto environment = sensors::real_environment();
  environment.variable = task;
  auto socket = progress::SocketServer::listen(folder);
  if (!socket) ::exit(1);
  measure::NodeOptions options;
  const auto begin = Clock::now();
  auto rank = measure::NodeMeasurement::prepare(std::move(options), environment, std::move(*socket), nullptr);
  const auto prepared = Clock::now();
  if (!rank || rank->measures()) {
    fmt::print(stderr, "the rank did not attach\n");
    ::exit(1);
  }
  const auto ending = Clock::now();
  (void)rank->finish({});
  const auto ended = Clock::now();
  return std::chrono::duration<double, std::milli>((prepared - begin) + (ended - ending)).count();
}

}  // namespace

int main() {
  const auto parent = temporary_directory();
  if (!parent) return 1;
  const auto made = make_temporary_directory(*parent, "joulecast-bench");
  if (!made) return 1;
  const auto& folder = *made;
  int ready[2];
  if (::pipe(ready) != 0) return 1;
  const auto holder = ::fork();
  if (holder == 0) measure_node(folder, ready[1]);
  char taken = 0;
  if (::read(ready[0], &taken, 1) != 1 || taken != 1) return 1;
  std::vector<double> times;
  for (int i = 0; i < ranks; ++i) times.push_back(attach_ms(folder));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  std::filesystem::remove_all(folder);
  std::ranges::sort(times);
  const auto median = times[times.size() / 2];
  fmt::print("attach and leave: median {:.2f} ms, 99 % below {:.2f} ms ({} ranks; at most {:g} ms)\n", median,
             times[times.size() * 99 / 100], times.size(), most_ms);
  return median <= most_ms ? 0 : 1;
}
