// Memory power if no sensor measures it: 3.75e-4 W for each MB in use (del Rey et al., arXiv 2307.05520).
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

constexpr double watts_per_byte = 3.75e-4 / 1e6;
/// Modules of one size differ by this much between idle and full traffic, and unused ones draw power as well.
constexpr double uncertainty = 0.6;

class ModelledDram : public Sensor {
 public:
  ModelledDram(ValueFile meminfo, MemoryUse now) : meminfo_(std::move(meminfo)) {
    Channel channel;
    channel.name = "dram_modelled_power";
    channel.sensor = "modelled_dram";
    channel.quantity = trace::Quantity::power;
    channel.component = trace::Component::dram;
    channel.provenance = Provenance::modelled;
    channel.relative_uncertainty = uncertainty;
    channel.note = fmt::format("3.75e-4 W per MB in use; {:.0f} GB populated", now.total / 1e9);
    channels_.push_back(std::move(channel));
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto use = read_memory_use(meminfo_);
    readings[0] = use ? ChannelReading(trace::RawValue(use->used * watts_per_byte)) : propagate(use.error());
  }

 private:
  ValueFile meminfo_;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open(const Environment& environment) {
  auto meminfo = ValueFile::open_shared(environment.roots.proc / "meminfo", environment);
  if (!meminfo) return propagate(meminfo.error());
  const auto now = read_memory_use(*meminfo);
  if (!now) return fail(ErrorKind::unavailable, now.error().where, "{}", now.error().message);
  return std::make_unique<ModelledDram>(std::move(*meminfo), *now);
}

Finding probe(const Environment& environment) {
  return finding_of(open(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription described[] = {
    {"dram_modelled_power", trace::Quantity::power, trace::Component::dram},
};

}  // namespace

extern const SensorType modelled_dram_sensor{
    .name = "modelled_dram",
    .description = "Memory power modelled from the memory in use, where no meter can be read",
    .lane = Lane::fast,
    .shortest_interval = Seconds{1},
    .stands_in_for = trace::Component::dram,
    .probe = probe,
    .open = open,
    .channels = described,
    .needs = "`/proc/meminfo`; used only where nothing measures the memory",
    .pitfalls = "3.75e-4 W per MB in use, whatever the traffic and the modules",
};

}  // namespace joulecast::sensors
