// How busy the machine is: CPU utilisation, clock and memory in use. Every Linux has these.
#include "sensors/support/busy_clock.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Component;
using trace::Quantity;

/// On some kernels reading a CPU's clock interrupts it.
constexpr Seconds clock_interval{5};

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
  /// `clock` may be nullptr.
  Machine(CpuUsage usage, ValueFile meminfo, std::unique_ptr<BusyClock> clock, const Clock* time)
      : usage_(std::move(usage)), meminfo_(std::move(meminfo)), time_(time) {
    channels_.push_back(gauge("cpu_utilisation", Quantity::utilisation, Component::cpu));
    channels_.push_back(gauge("memory_used", Quantity::memory_used, Component::dram));
    if (!clock) return;
    watch_.emplace(std::move(clock), clock_interval);
    channels_.push_back(gauge("cpu_frequency", Quantity::frequency, Component::cpu));
    channels_.back().note = "of the busy CPUs, weighted by the time for which they were busy";
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto busy = usage_.utilisation();
    readings[0] = busy ? ChannelReading(trace::RawValue(*busy)) : propagate(busy.error());
    const auto memory = read_memory_use(meminfo_);
    readings[1] = memory ? ChannelReading(trace::RawValue(memory->used)) : propagate(memory.error());
    if (!watch_) return;
    watch_->ask(time_->steady());
    const auto ghz = watch_->ghz();
    readings[2] = ghz ? ChannelReading(trace::RawValue(*ghz * 1e9))
                      : fail(ErrorKind::retry, "cpufreq", "no CPU has been busy");
  }

 private:
  CpuUsage usage_;
  ValueFile meminfo_;
  const Clock* time_;
  std::optional<ClockWatch> watch_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_machine(const Environment& environment) {
  auto usage = CpuUsage::open(environment);
  if (!usage) return propagate(usage.error());
  auto meminfo = ValueFile::open_shared(environment.roots.proc / "meminfo", environment);
  if (!meminfo) return propagate(meminfo.error());
  return std::make_unique<Machine>(std::move(*usage), std::move(*meminfo), BusyClock::open(environment),
                                   environment.clock);
}

Finding probe_machine(const Environment& environment) {
  return finding_of(open_machine(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription machine_channels[] = {
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
    .probe = probe_machine,
    .open = open_machine,
    .channels = machine_channels,
    .needs = "`/proc/stat` and `/proc/meminfo`; the clock needs `cpufreq` in `/sys/devices/system/cpu`",
    .pitfalls =
        "in a container it is the whole machine, not the share of the container; the clock is the mean of at "
        "most 8 CPUs",
};

}  // namespace joulecast::sensors
