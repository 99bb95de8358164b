// Memory power if no sensor measures it: from the populated capacity by hardware::dram_power.
#include <cmath>

#include "hardware/dram_power.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

/// The kernel keeps a little for itself, so the total that it tells is below the modules' capacity: a whole
/// number of GiB, and an even one but on the smallest machines.
double populated_gib(const MemoryUse& memory) {
  const double told = memory.total / (1024.0 * 1024 * 1024);
  return told <= 4 ? std::ceil(told) : 2 * std::ceil(told / 2);
}

class ModelledDram : public Sensor {
 public:
  ModelledDram(CpuUsage usage, int logical_cpus, double capacity_gib)
      : usage_(std::move(usage)), logical_cpus_(logical_cpus), capacity_gib_(capacity_gib) {
    Channel channel;
    channel.name = "dram_modelled_power";
    channel.sensor = "modelled_dram";
    channel.quantity = trace::Quantity::power;
    channel.component = trace::Component::dram;
    channel.provenance = Provenance::modelled;
    channel.relative_uncertainty = hardware::dram_power_uncertainty;
    channel.note = fmt::format("{:.0f} GiB populated: {:.1f} W idle to {:.1f} W with all CPUs busy",
                               capacity_gib, hardware::dram_power(capacity_gib, 0, 1).value(),
                               hardware::dram_power(capacity_gib, 1, 1).value());
    channels_.push_back(std::move(channel));
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto busy = usage_.utilisation();
    if (!busy) {
      readings[0] = propagate(busy.error());
      return;
    }
    readings[0] = trace::RawValue(hardware::dram_power(capacity_gib_, *busy, logical_cpus_).value());
  }

 private:
  CpuUsage usage_;
  int logical_cpus_;
  double capacity_gib_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_modelled_dram(const Environment& environment) {
  const auto meminfo = ValueFile::open(environment.roots.proc / "meminfo", environment);
  if (!meminfo) return propagate(meminfo.error());
  const auto memory = read_memory_use(*meminfo);
  if (!memory) return fail(ErrorKind::unavailable, memory.error().where, "{}", memory.error().message);
  auto usage = CpuUsage::open(environment);
  if (!usage) return propagate(usage.error());
  const auto processor = read_processor(environment);
  if (!processor) return propagate(processor.error());
  return std::make_unique<ModelledDram>(std::move(*usage), processor->logical_cpus, populated_gib(*memory));
}

Finding probe_modelled_dram(const Environment& environment) {
  return finding_of(open_modelled_dram(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription modelled_dram_channels[] = {
    {"dram_modelled_power", trace::Quantity::power, trace::Component::dram},
};

}  // namespace

extern const SensorType modelled_dram_sensor{
    .name = "modelled_dram",
    .description = "Memory power modelled from the populated capacity, where no meter can be read",
    .lane = Lane::fast,
    .shortest_interval = Seconds{1},
    .stands_in_for = trace::Component::dram,
    .probe = probe_modelled_dram,
    .open = open_modelled_dram,
    .channels = modelled_dram_channels,
    .needs = "`/proc/meminfo`, `/proc/stat` and `/proc/cpuinfo`; used only where nothing measures the memory",
    .pitfalls =
        "0.15 W per GiB populated when idle to 0.35 W with all CPUs busy, whatever the modules: programs "
        "that wait "
        "for memory draw more; [cpu-model.md](cpu-model.md)",
};

}  // namespace joulecast::sensors
