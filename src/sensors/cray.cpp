// HPE Cray EX nodes: counters of the node, its CPUs, memory and accelerators, kept by the board's own
// controller. Files of /sys/cray/pm_counters hold "12345 J 1700000000000000 us".

#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Component;

/// The controller scans ten times a second.
constexpr Seconds scan_period{0.1};
constexpr Watts most_of_a_node{20000};

struct Meter {
  std::string file;
  std::string name;
  Component component;
  std::string device;
};

std::vector<Meter> meters(const std::filesystem::path& folder) {
  std::vector<Meter> found{{"energy", "node_energy", Component::node, ""},
                           {"cpu_energy", "cpu_energy", Component::cpu, ""},
                           {"memory_energy", "dram_energy", Component::dram, ""}};
  for (const auto& path : entries(folder, "accel")) {
    const auto file = path.filename().string();
    const auto digits = file.find('_');
    if (digits == file.npos || file.substr(digits) != "_energy") continue;  // accel0_power, accel0_energy_cap
    const auto number = file.substr(5, digits - 5);
    found.push_back({file, fmt::format("accel{}_energy", number), Component::gpu, number});
  }
  return found;
}

Result<std::unique_ptr<Sensor>> open_cray(const Environment& environment) {
  const auto folder = environment.roots.sys / "cray/pm_counters";
  std::vector<FileChannel> sources;
  for (const auto& meter : meters(folder)) {
    Channel channel;
    channel.name = meter.name;
    channel.sensor = "cray";
    channel.quantity = trace::Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    channel.component = meter.component;
    channel.device = meter.device;
    channel.update_period = scan_period;
    channel.plausible_maximum = most_of_a_node;
    channel.relative_uncertainty = 0.03;
    channel.note = (folder / meter.file).string();
    if (meter.component != Component::node && !sources.empty() &&
        sources.front().channel.name == "node_energy")
      channel.contained_in = "node_energy";
    add_if_readable(sources, std::move(channel), folder / meter.file, 1, environment);
  }
  return file_sensor(std::move(sources), {ErrorKind::unavailable, "not a Cray node", folder.string()});
}

Finding probe_cray(const Environment& environment) {
  return finding_of(open_cray(environment), "");
}

constexpr ChannelDescription cray_channels[] = {
    {"node_energy", trace::Quantity::energy, trace::Component::node, scan_period},
    {"cpu_energy", trace::Quantity::energy, trace::Component::cpu, scan_period},
    {"dram_energy", trace::Quantity::energy, trace::Component::dram, scan_period},
    {"accel<N>_energy", trace::Quantity::energy, trace::Component::gpu, scan_period},
};

}  // namespace

extern const SensorType cray_sensor{
    .name = "cray",
    .description = "HPE Cray nodes: energy counters of node, CPU, memory and accelerators (pm_counters)",
    .lane = Lane::fast,
    .shortest_interval = scan_period,
    .probe = probe_cray,
    .open = open_cray,
    .channels = cray_channels,
    .needs = "an HPE Cray EX node; `/sys/cray/pm_counters`, readable by everyone",
    .pitfalls =
        "whole joules, scanned ten times a second; CPU, memory and accelerators lie inside `node_energy`",
};

}  // namespace joulecast::sensors
