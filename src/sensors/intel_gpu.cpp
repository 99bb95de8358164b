// Intel GPUs: the energy counter of the i915 and xe drivers' hardware monitor.
// Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and sysfs-driver-intel-xe-hwmon in the kernel.
#include "sensors/support/gpu_cards.hpp"

namespace joulecast::sensors {
namespace {

constexpr Watts most_of_a_card{1000};

trace::Channel energy_channel(trace::Channel energy) {
  energy.name += "energy";
  energy.quantity = trace::Quantity::energy;
  energy.behaviour = trace::Behaviour::counter;
  energy.plausible_maximum = most_of_a_card;
  // The driver adds its 32-bit counter up when it is read: it must be read once a minute, and then never
  // wraps.
  energy.note = "accumulated by the driver; must be read at least once a minute";
  return energy;
}

Result<std::unique_ptr<Sensor>> open_intel_gpu(const Environment& environment) {
  constexpr std::string_view drivers[] = {"i915", "xe"};
  std::vector<FileChannel> sources;
  std::vector<trace::Channel> unmeasured;
  Error error{ErrorKind::unavailable, "no Intel GPU with an energy counter",
              (environment.roots.sys / "class/drm").string()};
  const auto cards = gpu_cards(environment, "0x8086", drivers);
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const auto base = gpu_channel("intel_gpu", "intelgpu", i, cards[i].pci_address);
    const auto file = cards[i].hwmon / "energy1_input";  // the card; xe's energy2 is the package inside it
    if (add_if_readable(sources, energy_channel(base), file, 1e-6, environment)) {
      auto temperature = base;
      temperature.name += "temperature";
      temperature.quantity = trace::Quantity::temperature;
      add_if_readable(sources, std::move(temperature), cards[i].hwmon / "temp1_input", 1e-3, environment);
      continue;
    }
    const auto opened = ValueFile::open(file, environment);
    if (!opened && opened.error().kind == ErrorKind::denied) error = opened.error();
    unmeasured.push_back(
        unmeasured_channel(base, opened ? "no number in " + file.string() : to_string(opened.error())));
  }
  if (sources.empty()) return propagate(error);
  return file_sensor(std::move(sources), error, std::move(unmeasured));
}

Finding probe_intel_gpu(const Environment& environment) {
  const auto opened = open_intel_gpu(environment);
  const bool denied = !opened && opened.error().kind == ErrorKind::denied;
  return finding_of(opened, denied ? "sudo chmod a+r " + opened.error().where : "");
}

constexpr ChannelDescription intel_gpu_channels[] = {
    {"intelgpu<N>_energy", trace::Quantity::energy, trace::Component::gpu},
    {"intelgpu<N>_temperature", trace::Quantity::temperature, trace::Component::gpu},
};

}  // namespace

extern const SensorType intel_gpu_sensor{
    .name = "intel_gpu",
    .description = "Intel GPUs: energy counter of the i915 and xe drivers",
    .lane = Lane::fast,
    .shortest_interval = Seconds{0.01},
    .probe = probe_intel_gpu,
    .open = open_intel_gpu,
    .channels = intel_gpu_channels,
    .needs =
        "an Intel GPU with the `i915` or `xe` driver; `energy1_input` in `/sys/class/drm`, on some kernels "
        "for root only",
    .pitfalls = "the driver adds its 32-bit counter up only when it is read: at least once a minute",
};

}  // namespace joulecast::sensors
