// How busy the machine is: CPU utilisation, clock and memory in use. Every Linux has these.
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Component;
using trace::Quantity;

/// Enough CPUs for a mean clock, and few enough to read them often.
constexpr std::size_t most_clocks = 8;

Channel gauge(std::string name, Quantity quantity, Component component) {
  Channel channel;
  channel.name = std::move(name);
  channel.sensor = "machine";
  channel.quantity = quantity;
  channel.component = component;
  return channel;
}

class Machine : public Sensor {
 public:
  Machine(CpuUsage usage, ValueFile meminfo, std::vector<ValueFile> clocks)
      : usage_(std::move(usage)), meminfo_(std::move(meminfo)), clocks_(std::move(clocks)) {
    channels_.push_back(gauge("cpu_utilisation", Quantity::utilisation, Component::cpu));
    channels_.push_back(gauge("memory_used", Quantity::memory_used, Component::dram));
    if (clocks_.empty()) return;
    channels_.push_back(gauge("cpu_frequency", Quantity::frequency, Component::cpu));
    channels_.back().note = fmt::format("mean of {} logical CPUs", clocks_.size());
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto busy = usage_.utilisation();
    readings[0] = busy ? ChannelReading(trace::RawValue(*busy)) : propagate(busy.error());
    const auto memory = read_memory_use(meminfo_);
    readings[1] = memory ? ChannelReading(trace::RawValue(memory->used)) : propagate(memory.error());
    if (!clocks_.empty()) readings[2] = mean_clock();
  }

 private:
  [[nodiscard]] ChannelReading mean_clock() const {
    double sum = 0;
    std::size_t answered = 0;
    for (const auto& clock : clocks_)  // a CPU may have been unplugged; the others still answer
      if (const auto khz = clock.read_double()) sum += *khz, ++answered;
    if (answered == 0)
      return fail(ErrorKind::retry, clocks_.front().path().string(), "no CPU says its clock");
    return trace::RawValue(sum / static_cast<double>(answered) * 1e3);
  }

  CpuUsage usage_;
  ValueFile meminfo_;
  std::vector<ValueFile> clocks_;
  std::vector<Channel> channels_;
};

/// The clock files of a few CPUs, spread over all of them.
std::vector<ValueFile> open_clocks(const Environment& environment) {
  std::vector<ValueFile> files;
  std::vector<std::filesystem::path> policies =
      entries(environment.roots.sys / "devices/system/cpu/cpufreq", "policy");
  const std::size_t step = std::max<std::size_t>(1, policies.size() / most_clocks);
  for (std::size_t i = 0; i < policies.size() && files.size() < most_clocks; i += step) {
    auto file = ValueFile::open(policies[i] / "scaling_cur_freq", environment);
    if (file && file->read_double()) files.push_back(std::move(*file));
  }
  return files;
}

Result<std::unique_ptr<Sensor>> open(const Environment& environment) {
  auto usage = CpuUsage::open(environment);
  if (!usage) return propagate(usage.error());
  auto meminfo = ValueFile::open_shared(environment.roots.proc / "meminfo", environment);
  if (!meminfo) return propagate(meminfo.error());
  return std::make_unique<Machine>(std::move(*usage), std::move(*meminfo), open_clocks(environment));
}

Finding probe(const Environment& environment) {
  return finding_of(open(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription described[] = {
    {"cpu_utilisation", trace::Quantity::utilisation, trace::Component::cpu},
    {"memory_used", trace::Quantity::memory_used, trace::Component::dram},
    {"cpu_frequency", trace::Quantity::frequency, trace::Component::cpu},
};

}  // namespace

extern const SensorType machine_sensor{
    .name = "machine",
    .description = "CPU utilisation and clock, and memory in use, of the whole machine",
    .lane = Lane::fast,
    .shortest_interval = Seconds{1},
    .probe = probe,
    .open = open,
    .channels = described,
    .needs = "`/proc/stat` and `/proc/meminfo`; the clock needs `cpufreq` in `/sys/devices/system/cpu`",
    .pitfalls =
        "in a container it is the whole machine, not the share of the container; the clock is the mean of at "
        "most 8 CPUs",
};

}  // namespace joulecast::sensors
