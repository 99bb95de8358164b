// Power meters of the hardware-monitoring class: ACPI meters (the whole machine, or the rails of NVIDIA
// Grace), the sockets of AMD's amd_energy driver, and power supplies that report their output power.
// https://docs.kernel.org/hwmon/acpi_power_meter.html, https://docs.nvidia.com/grace-perf-tuning-guide
#include <algorithm>

#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
namespace fs = std::filesystem;
using trace::Channel;
using trace::Component;
using trace::Quantity;

constexpr Watts most_of_a_machine{50000};
constexpr Watts most_of_a_socket{1000};

Channel power_channel(std::string name, Component component, std::string device, const fs::path& folder) {
  Channel channel;
  channel.name = std::move(name);
  channel.sensor = "hwmon_power";
  channel.quantity = Quantity::power;
  channel.component = component;
  channel.device = std::move(device);
  channel.plausible_maximum = component == Component::cpu ? most_of_a_socket : most_of_a_machine;
  channel.relative_uncertainty = 0.05;
  channel.note = folder.string();
  return channel;
}

/// "CPU Power Socket 1" -> "1"
std::string socket_of(std::string_view rail) {
  const auto space = rail.rfind(' ');
  const auto number = space == rail.npos ? std::nullopt : parse_uint(rail.substr(space + 1));
  return number ? std::to_string(*number) : "0";
}

/// An ACPI meter is the machine's own, unless its text names a rail of a Grace module. "Module" includes the
/// GPU and "Grace" the CPU and its surroundings: only the CPU rail is counted, with "SysIO" beside it.
std::optional<Channel> acpi_channel(const fs::path& folder) {
  const auto rail = first_line(folder / "power1_oem_info").value_or("");
  const auto lower = to_lower(rail);
  if (lower.find("module power") != lower.npos || lower.find("grace power") != lower.npos)
    return std::nullopt;
  auto channel = power_channel("node_power", Component::node, "", folder);
  if (lower.find("cpu power") != lower.npos) {
    channel =
        power_channel(fmt::format("cpu{}_power", socket_of(rail)), Component::cpu, socket_of(rail), folder);
  } else if (lower.find("sysio power") != lower.npos) {
    channel = power_channel(fmt::format("sysio{}_power", socket_of(rail)), Component::other,
                            "sysio" + socket_of(rail), folder);
  }
  if (const auto interval = number_in(folder / "power1_average_interval"))
    channel.averaging_window = channel.update_period = Seconds{static_cast<double>(*interval) * 1e-3};
  if (!rail.empty()) channel.note = rail;
  return channel;
}

void add_acpi_meter(std::vector<FileChannel>& sources, const fs::path& folder,
                    const Environment& environment) {
  auto channel = acpi_channel(folder);
  if (!channel) return;
  // A second meter of the same thing (another power supply) is another device.
  const auto same = std::ranges::count_if(
      sources, [&](const FileChannel& other) { return other.channel.name.starts_with(channel->name); });
  if (same > 0) {
    channel->name += fmt::format("_{}", same + 1);
    channel->device += fmt::format("#{}", same + 1);
  }
  for (const char* file : {"power1_average", "power1_input"})
    if (add_if_readable(sources, *channel, folder / file, 1e-6, environment)) return;
}

/// amd_energy: energy<n>_label "Esocket0", energy<n>_input in microjoules, 64 bits. Its "Ecore…" lie inside.
void add_amd_sockets(std::vector<FileChannel>& sources, const fs::path& folder,
                     const Environment& environment) {
  constexpr std::string_view socket = "Esocket";
  for (const auto& file : entries(folder, "energy")) {
    const auto name = file.filename().string();
    if (!name.ends_with("_label")) continue;
    const auto label = first_line(file).value_or("");
    if (!label.starts_with(socket)) continue;
    const auto number = label.substr(socket.size());
    auto channel = power_channel(fmt::format("cpu{}_energy", number), Component::cpu, number, folder);
    channel.quantity = Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    add_if_readable(sources, std::move(channel), folder / (name.substr(0, name.size() - 5) + "input"), 1e-6,
                    environment);
  }
}

/// corsairpsu and the like: one of power<n>_label is "power total".
void add_supply(std::vector<FileChannel>& sources, const fs::path& folder, const Environment& environment) {
  for (const auto& file : entries(folder, "power")) {
    const auto name = file.filename().string();
    if (!name.ends_with("_label") || to_lower(first_line(file).value_or("")) != "power total") continue;
    auto channel = power_channel("node_power", Component::node, "", folder);
    channel.note = "what the power supply delivers; its own loss comes on top";
    add_if_readable(sources, std::move(channel), folder / (name.substr(0, name.size() - 5) + "input"), 1e-6,
                    environment);
  }
}

Result<std::unique_ptr<Sensor>> open_hwmon_power(const Environment& environment) {
  const auto hwmon = environment.roots.sys / "class/hwmon";
  std::vector<FileChannel> sources;
  for (const auto& folder : entries(hwmon, "hwmon")) {
    const auto driver = first_line(folder / "name").value_or("");
    if (driver == "power_meter") add_acpi_meter(sources, folder, environment);
    if (driver == "amd_energy") add_amd_sockets(sources, folder, environment);
    if (driver == "corsairpsu") add_supply(sources, folder, environment);
  }
  return file_sensor(std::move(sources),
                     {ErrorKind::unavailable, "no power meter among the hardware monitors", hwmon.string()});
}

Finding probe_hwmon_power(const Environment& environment) {
  const auto opened = open_hwmon_power(environment);
  const bool acpi = std::filesystem::exists(environment.roots.sys / "bus/acpi/devices/ACPI000D:00");
  return finding_of(opened, !opened && acpi ? "sudo modprobe acpi_power_meter" : "");
}

constexpr ChannelDescription hwmon_power_channels[] = {
    {"node_power", trace::Quantity::power, trace::Component::node},
    {"cpu<N>_power", trace::Quantity::power, trace::Component::cpu},
    {"sysio<N>_power", trace::Quantity::power, trace::Component::other},
    {"cpu<N>_energy", trace::Quantity::energy, trace::Component::cpu},
};

}  // namespace

extern const SensorType hwmon_power_sensor{
    .name = "hwmon_power",
    .description = "Power meters of the machine: ACPI, NVIDIA Grace rails, AMD sockets, power supplies",
    .lane = Lane::slow,
    .shortest_interval = Seconds{0.05},
    .probe = probe_hwmon_power,
    .open = open_hwmon_power,
    .channels = hwmon_power_channels,
    .needs =
        "an ACPI power meter (`acpi_power_meter`), NVIDIA Grace, AMD's `amd_energy`, or a power supply with "
        "`corsairpsu`; `/sys/class/hwmon`",
    .pitfalls =
        "a meter averages over its own interval, often a second; Grace's Module and Grace rails hold the GPU "
        "or the CPU rail and are left out; a second meter is `node_power_2`",
};

}  // namespace joulecast::sensors
