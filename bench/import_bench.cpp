// How fast an nvidia-smi log is imported: import_bench FILE [repetitions] prints the best repetition as one
// line of JSON. The whole import is timed: opening, reading, timestamps, units, gaps, and storing the values
// as channels in memory.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "formats/importer.hpp"
#include "trace/energy.hpp"
#include "trace/run_collector.hpp"

namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace joulecast;
  if (argc < 2) {
    fmt::print(stderr, "usage: import_bench FILE [repetitions]\n");
    return 2;
  }
  const std::filesystem::path file = argv[1];
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 5;
  double wall = 1e9;
  double cpu = 1e9;  // CPU time of this thread, which other load hardly affects
  double energy = 0;
  std::uint64_t readings = 0;
  for (int i = 0; i < repetitions; ++i) {
    trace::RunCollector collector;
    const double wall_begin = seconds_of(CLOCK_MONOTONIC);
    const double cpu_begin = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    const auto report = formats::import_path(file, {.strict = true, .columns = {}}, collector);
    cpu = std::min(cpu, seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_begin);
    wall = std::min(wall, seconds_of(CLOCK_MONOTONIC) - wall_begin);
    if (!report) {
      fmt::print(stderr, "{}\n", to_string(report.error()));
      return 1;
    }
    readings = report->runs.at(0).readings;
    energy = trace::energy_of(collector.runs().at(0)).total.value_or(Joules{0}).value();
  }
  const auto megabytes = static_cast<double>(std::filesystem::file_size(file)) * 1e-6;
  fmt::print(
      R"({{"megabytes": {:.3f}, "seconds": {:.6f}, "cpu_seconds": {:.6f}, "readings": {}, "energy_j": {:.6f}}})"
      "\n",
      megabytes, wall, cpu, readings, energy);
}
