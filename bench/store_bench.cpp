// store_bench [HOURS HZ GPUS]: how much space and time a long run needs in the store, and how fast `show`
// answers. Default: 24 h, 10 Hz, 8 GPUs. Writes through RunWriter like `joulecast run`, with the noise and
// jitter of real meters, then reads the run back.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>
#include <thread>

#include "report/runs/run_text.hpp"
#include "session/runs/run_summary.hpp"
#include "store/run_store.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace joulecast;
using trace::Behaviour;
using trace::Component;
using trace::Quantity;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// One simulated channel and the state that generates its values.
struct Meter {
  trace::Channel channel;
  int device = 0;
  double sum = 0;  ///< for a counter
};

std::vector<Meter> make_meters(int gpus) {
  std::vector<Meter> meters;
  const auto add = [&](std::string name, Quantity quantity, Behaviour behaviour, Component component,
                       int device, double resolution) {
    auto& meter = meters.emplace_back();
    meter.channel.name = std::move(name);
    meter.channel.quantity = quantity;
    meter.channel.behaviour = behaviour;
    meter.channel.component = component;
    meter.channel.device = std::to_string(device);
    meter.channel.resolution = resolution;
    meter.device = device;
  };
  for (int i = 0; i < gpus; ++i) {
    const auto name = [&](const char* what) { return fmt::format("gpu{}_{}", i, what); };
    add(name("energy"), Quantity::energy, Behaviour::counter, Component::gpu, i, 1e-3);
    add(name("power"), Quantity::power, Behaviour::gauge, Component::gpu, i, 1e-3);
    add(name("util"), Quantity::utilisation, Behaviour::gauge, Component::gpu, i, 0.01);
    add(name("mem_util"), Quantity::memory_utilisation, Behaviour::gauge, Component::gpu, i, 0.01);
    add(name("mem"), Quantity::memory_used, Behaviour::gauge, Component::gpu, i, 1);
    add(name("temp"), Quantity::temperature, Behaviour::gauge, Component::gpu, i, 1);
    add(name("clock"), Quantity::frequency, Behaviour::gauge, Component::gpu, i, 1e6);
  }
  for (int i = 0; i < 2; ++i) {
    add(fmt::format("cpu{}_package", i), Quantity::energy, Behaviour::counter, Component::cpu, i, 1e-6);
    add(fmt::format("dram{}", i), Quantity::energy, Behaviour::counter, Component::dram, i, 1e-6);
  }
  add("process_cpu", Quantity::process_cpu, Behaviour::gauge, Component::process, 0, 1);
  add("process_memory", Quantity::process_memory, Behaviour::gauge, Component::process, 0, 1);
  return meters;
}

/// A training's power: steps of a second, a dip at each evaluation, 5 % noise.
class Load {
 public:
  double next(Meter& meter, double time, double step) {
    const bool evaluation = std::fmod(time, 900) > 840;
    const double noise = normal_(random_);
    const double watts = (evaluation ? 140 : 290) + 15 * std::sin(time * 6.3) + 12 * noise;
    const auto rounded = [&](double value) {
      return std::round(value / meter.channel.resolution) * meter.channel.resolution;
    };
    switch (meter.channel.quantity) {
      case Quantity::energy:
        return meter.sum += rounded(watts * step * (meter.channel.component == Component::gpu ? 1 : 0.4));
      case Quantity::power:
        return rounded(watts);
      case Quantity::utilisation:
        return std::round(100 * std::clamp(0.95 + 0.02 * noise, 0.0, 1.0)) / 100;
      case Quantity::memory_utilisation:
        return std::round(100 * std::clamp(0.55 + 0.05 * noise, 0.0, 1.0)) / 100;
      case Quantity::memory_used:
        return 21'474'836'480.0;
      case Quantity::temperature:
        return 63 + std::round(noise);
      case Quantity::frequency:
        return 1e6 * (1695 + 15 * std::round(noise));
      case Quantity::process_cpu:
        return 0.12 + 0.01 * noise;
      case Quantity::process_memory:
        return 8e9 + 4096 * std::round(100 * noise);
    }
    return 0;
  }
  /// Microseconds by which a timer is late.
  double jitter() { return 1e-6 * std::abs(60 * normal_(random_)); }

 private:
  std::mt19937_64 random_{42};
  std::normal_distribution<double> normal_;
};

struct Run {
  double hours, hz;
  int gpus;
};

void drop_from_cache(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fdatasync(fd);
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  ::close(fd);
}

std::size_t write_run(const std::filesystem::path& path, const Run& run) {
  auto opened = store::RunStore::open(path.string());
  if (!opened) return 0;
  trace::Run header;
  header.info.name = "bench";
  auto begun = (*opened)->record(header, {.commit_interval = Seconds{0.01},
                                          .finish_timeout = Seconds{60},
                                          .buffer_bytes = std::size_t{1} << 30});
  if (!begun) return 0;
  auto& writer = *begun;
  auto meters = make_meters(run.gpus);
  for (const auto& meter : meters) writer->channel(meter.channel);
  Load load;
  const double step = 1 / run.hz;
  const auto steps = static_cast<std::size_t>(run.hours * 3600 * run.hz);
  constexpr std::size_t batch = 4096;
  std::vector<double> times, values;
  for (std::size_t begin = 0; begin < steps; begin += batch) {
    times.clear();
    for (std::size_t i = begin; i < std::min(begin + batch, steps); ++i)
      times.push_back(static_cast<double>(i) * step + load.jitter());
    for (std::size_t n = 0; n < meters.size(); ++n) {
      values.clear();
      for (const double time : times) values.push_back(load.next(meters[n], time, step));
      writer->append(n, times, values);
    }
  }
  for (int e = 0; (e + 1) * 900 <= static_cast<int>(run.hours * 3600); ++e) {
    trace::Epoch epoch;
    epoch.index = e + 1;
    epoch.span = {Seconds{e * 900.0}, Seconds{(e + 1) * 900.0}};
    epoch.metrics = {{"accuracy", 0.9}};
    writer->epoch(static_cast<std::size_t>(e), epoch);
  }
  header.span.end = Seconds{run.hours * 3600};
  if (const auto done = writer->end(header); !done) fmt::print("failed: {}\n", to_string(done.error()));
  return steps * meters.size();
}

double time_show(const std::filesystem::path& path) {
  const auto start = std::chrono::steady_clock::now();
  const auto opened = store::RunStore::open(path.string(), store::Access::read);
  auto run = (*opened)->summary("bench");
  if (!run) fmt::print("failed: {}\n", to_string(run.error()));
  const auto text = report::to_text(session::summarise(std::move(*run), {}, carbon::IntensityTable::read()));
  const auto spent = seconds_since(start);
  if (text.find("total") == std::string::npos) fmt::print("failed: no total\n");
  return spent;
}

/// CPU time of the writer at its real pace: each commit has the readings of one second.
void measure_live(const std::filesystem::path& path, const Run& run) {
  auto opened = store::RunStore::open(path.string());
  auto recorded = (*opened)->record({});
  auto& writer = *recorded;
  auto meters = make_meters(run.gpus);
  for (const auto& meter : meters) writer->channel(meter.channel);
  Load load;
  constexpr int seconds = 10;
  const double begun = cpu_seconds();
  for (int second = 0; second < seconds; ++second) {
    for (int i = 0; i < static_cast<int>(run.hz); ++i)
      for (std::size_t n = 0; n < meters.size(); ++n) {
        const double time = second + i / run.hz;
        writer->append(n, time, load.next(meters[n], time, 1 / run.hz));
      }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  const double spent = cpu_seconds() - begun;
  fmt::print("{:<34} {:.2f} ms of CPU a second, {:.3f} % of a core\n", "live, one commit a second",
             1e3 * spent / seconds, 100 * spent / seconds);
  (void)writer->end({});
}

}  // namespace

int main(int argc, char** argv) {
  const Run run{argc > 1 ? std::atof(argv[1]) : 24, argc > 2 ? std::atof(argv[2]) : 10,
                argc > 3 ? std::atoi(argv[3]) : 8};
  const joulecast::testing::TemporaryDirectory folder;
  const auto path = folder.path() / "runs.db";
  fmt::print("{} h at {} Hz, {} GPUs\n", run.hours, run.hz, run.gpus);
  const auto start = std::chrono::steady_clock::now();
  const auto samples = write_run(path, run);
  const auto written = seconds_since(start);
  const auto size = static_cast<double>(std::filesystem::file_size(path));
  fmt::print("{:<34} {} in {} channels, written in {:.1f} s\n", "samples", samples,
             make_meters(run.gpus).size(), written);
  fmt::print(
      "{:<34} {:.1f} MB (target below 400 MB), {:.2f} bytes a sample, 1/{:.1f} of raw doubles with times\n",
      "file", size * 1e-6, size / static_cast<double>(samples), 16 * static_cast<double>(samples) / size);
  drop_from_cache(path);
  fmt::print("{:<34} {:.3f} s (target below 1 s)\n", "show, file not in memory", time_show(path));
  fmt::print("{:<34} {:.3f} s\n", "show again", time_show(path));
  const auto whole = std::chrono::steady_clock::now();
  const auto opened = store::RunStore::open(path.string(), store::Access::read);
  const auto loaded = (*opened)->load("bench");
  fmt::print("{:<34} {:.2f} s\n", loaded ? "every sample read" : "every sample: FAILED",
             seconds_since(whole));
  measure_live(folder.path() / "live.db", run);
}
