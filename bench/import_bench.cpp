// How fast a nvidia-smi log becomes channels: import_bench FILE [repetitions] prints one JSON line with the
// best of them. The whole way is timed: open, read, timestamps, units, gaps, and the values as channels in
// memory.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "formats/importer.hpp"
#include "formats/run_collector.hpp"
#include "trace/energy.hpp"

int main(int argc, char** argv) {
  using namespace joulecast;
  if (argc < 2) {
    fmt::print(stderr, "usage: import_bench FILE [repetitions]\n");
    return 2;
  }
  const std::filesystem::path file = argv[1];
  const int repetitions = argc > 2 ? std::atoi(argv[2]) : 5;
  double best = 1e9;
  double energy = 0;
  std::uint64_t readings = 0;
  for (int i = 0; i < repetitions; ++i) {
    formats::RunCollector collector;
    const auto begin = std::chrono::steady_clock::now();
    const auto report = formats::import_path(file, {.strict = true, .columns = {}}, collector);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (!report) {
      fmt::print(stderr, "{}\n", to_string(report.error()));
      return 1;
    }
    best = std::min(best, took.count());
    readings = report->runs.at(0).readings;
    energy = trace::energy_of(collector.runs().at(0)).total.value_or(Joules{0}).value();
  }
  const auto megabytes = static_cast<double>(std::filesystem::file_size(file)) * 1e-6;
  fmt::print(
      "{{\"megabytes\": {:.3f}, \"seconds\": {:.6f}, \"megabytes_per_second\": {:.1f}, \"readings\": {}, "
      "\"energy_j\": {:.6f}}}\n",
      megabytes, best, megabytes / best, readings, energy);
}
