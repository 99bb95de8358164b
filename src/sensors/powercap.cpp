// RAPL of Intel and AMD processors through the kernel's powercap files: microjoules since boot, for package
// and DRAM. https://docs.kernel.org/power/powercap/powercap.html
#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
namespace fs = std::filesystem;
using trace::Behaviour;
using trace::Channel;
using trace::Component;
using trace::Quantity;

constexpr double joules_per_count = 1e-6;
// Bounds above the power of any socket or its memory. They distinguish a wrap from an error.
constexpr Watts most_of_a_package{1000};
constexpr Watts most_of_dram{500};

struct Zone {
  fs::path folder;
  std::string name;
};

/// Every zone below /sys/class/powercap, parents before children. `intel-rapl-mmio` shows the package a
/// second time and is left out.
std::vector<Zone> zones(const Environment& environment) {
  std::vector<Zone> found;
  for (const auto& folder : entries(environment.roots.sys / "class/powercap", "intel-rapl:"))
    if (auto name = first_line(folder / "name")) found.push_back({folder, std::move(*name)});
  return found;
}

bool is_psys(const Zone& zone) {
  return zone.name.starts_with("psys");
}

/// "package-0-die-1" -> "0-die-1"; nothing where the zone is no package.
std::optional<std::string> package_of(const Zone& zone) {
  constexpr std::string_view prefix = "package-";
  if (!zone.name.starts_with(prefix)) return std::nullopt;
  return zone.name.substr(prefix.size());
}

/// The package zone in whose folder name this one's begins: intel-rapl:0 of intel-rapl:0:2.
const Zone* parent_of(const Zone& zone, const std::vector<Zone>& all) {
  for (const auto& other : all)
    if (package_of(other) &&
        zone.folder.filename().string().starts_with(other.folder.filename().string() + ":"))
      return &other;
  return nullptr;
}

std::string channel_name(std::string_view package, std::string_view part) {
  return fmt::format("cpu{}_{}", package, part);
}

/// The channel for a zone; nothing for a zone that must not be counted or is unknown.
std::optional<Channel> channel_of(const Zone& zone, const std::vector<Zone>& all) {
  Channel channel;
  channel.sensor = "powercap";
  channel.quantity = Quantity::energy;
  channel.behaviour = Behaviour::counter;
  channel.resolution = joules_per_count;
  channel.update_period = Seconds{0.001};
  channel.wrap_range = number_in(zone.folder / "max_energy_range_uj").value_or(0);
  channel.note = zone.folder.string();
  if (channel.wrap_range == 0) channel.note += "; its range cannot be read: a wrap counts as a restart";
  if (const auto package = package_of(zone)) {
    channel.name = channel_name(*package, "package");
    channel.component = Component::cpu;
    channel.device = *package;
    channel.plausible_maximum = most_of_a_package;
    return channel;
  }
  const Zone* parent = parent_of(zone, all);
  const auto package = parent != nullptr ? *package_of(*parent) : std::string("0");
  if (zone.name == "dram") {
    channel.name = fmt::format("dram{}", package);
    channel.component = Component::dram;
    channel.device = package;
    channel.plausible_maximum = most_of_dram;
    return channel;
  }
  if (zone.name != "core" && zone.name != "uncore") return std::nullopt;
  channel.name = channel_name(package, zone.name);
  channel.component = Component::cpu;
  channel.device = package + "-" + zone.name;
  channel.plausible_maximum = most_of_a_package;
  if (parent != nullptr) channel.contained_in = channel_name(package, "package");
  return channel;
}

Result<std::unique_ptr<Sensor>> open_powercap(const Environment& environment) {
  const auto all = zones(environment);
  std::vector<FileChannel> sources;
  Error error{ErrorKind::unavailable,
              "the kernel shows no RAPL zone here (a container, a virtual machine, or no driver)",
              (environment.roots.sys / "class/powercap").string()};
  for (const auto& zone : all) {
    if (is_psys(zone)) continue;  // overlaps every other zone and leaves a GPU out: never added
    auto channel = channel_of(zone, all);
    if (!channel) continue;
    auto file = ValueFile::open(zone.folder / "energy_uj", environment);
    if (file) {
      sources.push_back({std::move(*channel), std::move(*file), joules_per_count});
    } else if (package_of(zone)) {
      error = file.error();
    }
  }
  return file_sensor(std::move(sources), error);
}

Finding probe_powercap(const Environment& environment) {
  const auto opened = open_powercap(environment);
  if (opened) return {true, "", ""};
  const auto processor = read_processor(environment);
  const bool host = processor && !processor->virtual_machine;  // a virtual machine has no such registers
  std::string fix = host ? "sudo modprobe -a intel_rapl_common intel_rapl_msr" : "";
  if (opened.error().kind == ErrorKind::denied)
    fix = fmt::format("sudo chmod a+r {}/class/powercap/intel-rapl:*/energy_uj",
                      environment.roots.sys.string());
  return finding_of(opened, fix);
}

constexpr ChannelDescription powercap_channels[] = {
    {"cpu<N>_package", trace::Quantity::energy, trace::Component::cpu, Seconds{0.001}},
    {"cpu<N>_core", trace::Quantity::energy, trace::Component::cpu, Seconds{0.001}},
    {"cpu<N>_uncore", trace::Quantity::energy, trace::Component::cpu, Seconds{0.001}},
    {"dram<N>", trace::Quantity::energy, trace::Component::dram, Seconds{0.001}},
};

}  // namespace

extern const SensorType powercap_sensor{
    .name = "powercap",
    .description = "RAPL energy counters of CPU packages and DRAM, through /sys/class/powercap",
    .lane = Lane::fast,
    .shortest_interval = Seconds{0.001},
    .probe = probe_powercap,
    .open = open_powercap,
    .channels = powercap_channels,
    .needs =
        "an Intel or AMD processor and `intel_rapl_msr`; `energy_uj` in `/sys/class/powercap`, for root only "
        "unless opened",
    .pitfalls =
        "counters wrap after 66 to 262 kJ; cores and uncore lie inside the package; psys overlaps everything "
        "and is left out; most virtual machines and containers have none",
};

}  // namespace joulecast::sensors
