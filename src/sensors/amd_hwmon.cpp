// AMD GPUs through the amdgpu driver's files: power, utilisation, memory, temperature and clock. No energy
// counter: the rocm sensor has it. https://docs.kernel.org/gpu/amdgpu/thermal.html
#include "sensors/support/gpu_cards.hpp"
#include "sensors/support/rocm_visible.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Quantity;

constexpr Watts most_of_a_card{2500};

bool is_two_die_board(const GpuCard& card) {
  const auto id = first_line(card.device / "device").value_or("");
  return id.starts_with("0x") && is_two_die_gpu(std::strtoull(id.c_str(), nullptr, 16));
}

void add_power(std::vector<FileChannel>& sources, const GpuCard& card, Channel power,
               const Environment& environment) {
  power.name += "power";
  power.quantity = Quantity::power;
  power.plausible_maximum = most_of_a_card;
  power.relative_uncertainty = 0.05;
  // A mean over some milliseconds is better to integrate than the power of an instant, but newer boards have
  // only that.
  for (const char* file : {"power1_average", "power1_input"}) {
    if (is_two_die_board(card) && number_in(card.hwmon / file) == 0U) return;  // the other die measures both
    if (add_if_readable(sources, power, card.hwmon / file, 1e-6, environment)) return;
  }
}

/// Whether the power of the card is told elsewhere: by the board's other die, or by the processor it is in.
bool is_measured_elsewhere(const GpuCard& card) {
  return is_two_die_board(card) ||
         is_integrated_gpu(number_in(card.device / "mem_info_vram_total").value_or(UINT64_MAX));
}

void add_card(std::vector<FileChannel>& sources, std::vector<Channel>& unmeasured, const GpuCard& card,
              const Channel& base, const Environment& environment) {
  const auto before = sources.size();
  add_power(sources, card, base, environment);
  if (sources.size() == before) {
    if (!is_measured_elsewhere(card))
      unmeasured.push_back(unmeasured_channel(base, "its driver tells no power"));
    return;
  }
  struct Gauge {
    const char* name;
    Quantity quantity;
    std::filesystem::path file;
    double scale;
  };
  const Gauge gauges[] = {
      {"utilisation", Quantity::utilisation, card.device / "gpu_busy_percent", 0.01},
      {"memory_utilisation", Quantity::memory_utilisation, card.device / "mem_busy_percent", 0.01},
      {"memory", Quantity::memory_used, card.device / "mem_info_vram_used", 1},
      {"temperature", Quantity::temperature, card.hwmon / "temp1_input", 1e-3},
      {"frequency", Quantity::frequency, card.hwmon / "freq1_input", 1}};
  for (const auto& gauge : gauges) {
    Channel channel = base;
    channel.name += gauge.name;
    channel.quantity = gauge.quantity;
    add_if_readable(sources, std::move(channel), gauge.file, gauge.scale, environment);
  }
}

Result<std::unique_ptr<Sensor>> open_amd_hwmon(const Environment& environment) {
  constexpr std::string_view drivers[] = {"amdgpu"};
  const auto cards = gpu_cards(environment, "0x1002", drivers);
  if (cards.empty())
    return fail(ErrorKind::unavailable, (environment.roots.sys / "class/drm").string(),
                "no GPU with the amdgpu driver");
  std::vector<VisibleDevice> devices;
  for (const auto& card : cards) {
    const auto id = first_line(card.device / "unique_id").value_or("");
    devices.push_back({id.empty() ? "" : "GPU-" + id,
                       first_line(card.device / "product_name").value_or("AMD GPU"),
                       false,
                       {}});
  }
  const auto selection = select_rocm_devices(environment, devices);
  if (!selection) return propagate(selection.error());
  std::vector<FileChannel> sources;
  std::vector<Channel> unmeasured;
  for (const auto i : selection->indices) {
    auto base = gpu_channel("amd_hwmon", "amdgpu", i, cards[i].pci_address);
    base.device_name = devices[i].name;
    base.note = selection->note;
    add_card(sources, unmeasured, cards[i], base, environment);
  }
  return file_sensor(std::move(sources),
                     {ErrorKind::unavailable, "no AMD GPU here tells its power", cards[0].hwmon.string()},
                     std::move(unmeasured));
}

Finding probe_amd_hwmon(const Environment& environment) {
  const auto opened = open_amd_hwmon(environment);
  std::string fix;
  if (!opened && opened.error().where.ends_with("_VISIBLE_DEVICES")) fix = "unset " + opened.error().where;
  return finding_of(opened, std::move(fix));
}

constexpr ChannelDescription amd_hwmon_channels[] = {
    {"amdgpu<N>_power", trace::Quantity::power, trace::Component::gpu},
    {"amdgpu<N>_utilisation", trace::Quantity::utilisation, trace::Component::gpu},
    {"amdgpu<N>_memory_utilisation", trace::Quantity::memory_utilisation, trace::Component::gpu},
    {"amdgpu<N>_memory", trace::Quantity::memory_used, trace::Component::gpu},
    {"amdgpu<N>_temperature", trace::Quantity::temperature, trace::Component::gpu},
    {"amdgpu<N>_frequency", trace::Quantity::frequency, trace::Component::gpu},
};

}  // namespace

extern const SensorType amd_hwmon_sensor{
    .name = "amd_hwmon",
    .description = "AMD GPUs: power, utilisation, memory, temperature and clock of the amdgpu driver",
    .lane = Lane::gpu,  // each value is asked of the board
    .shortest_interval = Seconds{0.01},
    .probe = probe_amd_hwmon,
    .open = open_amd_hwmon,
    .channels = amd_hwmon_channels,
    .needs = "an AMD GPU with the `amdgpu` driver; `/sys/class/drm`, readable by everyone",
    .pitfalls =
        "no energy counter, so energy is the integral of power; on boards with two dies (MI250) one die "
        "measures both",
};

}  // namespace joulecast::sensors
