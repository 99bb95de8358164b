// NVIDIA Jetson: the INA3221 monitors on the board's supply rails (NVML says NOT_SUPPORTED there).
// Rails: Jetson Linux Developer Guide, "Platform Power and Performance".
#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
namespace fs = std::filesystem;
using trace::Channel;
using trace::Component;

constexpr int rails_of_a_monitor = 3;
constexpr Watts most_of_a_board{200};

/// A rail's power: one file in milliwatts (older kernels), or millivolts times milliamperes.
struct Rail {
  std::optional<ValueFile> milliwatts;
  std::optional<ValueFile> millivolts;
  std::optional<ValueFile> milliamperes;
};

/// A rail that feeds several parts belongs to none of them.
Component component_of(std::string_view label) {
  const auto has = [&](std::string_view part) { return label.find(part) != label.npos; };
  if (has("VDD_IN") || has("POM_5V_IN")) return Component::node;
  if (has("GPU") && has("CPU")) return Component::other;
  if (has("GPU")) return Component::gpu;
  if (has("CPU")) return Component::cpu;
  if (has("DDR") || has("VDDQ")) return Component::dram;
  return Component::other;
}

class Jetson : public Sensor {
 public:
  void add(const std::string& label, Rail rail, const fs::path& path) {
    Channel channel;
    channel.name = to_lower(label) + "_power";
    channel.sensor = "jetson";
    channel.quantity = trace::Quantity::power;
    channel.component = component_of(label);
    channel.device = channel.component == Component::node ? "" : label;
    channel.plausible_maximum = most_of_a_board;
    channel.may_be_off = channel.component != Component::node;
    channel.relative_uncertainty = 0.05;
    channel.note = path.string();
    channels_.push_back(std::move(channel));
    rails_.push_back(std::move(rail));
  }

  /// The input rail feeds every other one.
  void mark_contained() {
    std::string input;
    for (const auto& channel : channels_)
      if (channel.component == Component::node) input = channel.name;
    for (auto& channel : channels_)
      if (channel.component != Component::node) channel.contained_in = input;
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    for (std::size_t i = 0; i < rails_.size(); ++i) readings[i] = read_rail(rails_[i]);
  }

 private:
  static ChannelReading read_rail(const Rail& rail) {
    if (rail.milliwatts) {
      const auto power = rail.milliwatts->read_double();
      return power ? ChannelReading(trace::RawValue(*power * 1e-3)) : propagate(power.error());
    }
    const auto voltage = rail.millivolts->read_double();
    if (!voltage) return propagate(voltage.error());
    const auto current = rail.milliamperes->read_double();
    if (!current) return propagate(current.error());
    return trace::RawValue(*voltage * 1e-3 * *current * 1e-3);
  }

  std::vector<Rail> rails_;
  std::vector<Channel> channels_;
};

std::optional<ValueFile> open_if_there(const fs::path& path, const Environment& environment) {
  auto file = ValueFile::open(path, environment);
  if (!file || !file->read_double()) return std::nullopt;
  return std::move(*file);
}

void add_hwmon_rails(Jetson& sensor, const fs::path& folder, const Environment& environment) {
  for (int n = 1; n <= rails_of_a_monitor; ++n) {
    const auto label = first_line(folder / fmt::format("in{}_label", n));
    if (!label || label->empty() || *label == "NC") continue;
    Rail rail;
    rail.millivolts = open_if_there(folder / fmt::format("in{}_input", n), environment);
    rail.milliamperes = open_if_there(folder / fmt::format("curr{}_input", n), environment);
    if (rail.millivolts && rail.milliamperes) sensor.add(*label, std::move(rail), folder);
  }
}

void add_iio_rails(Jetson& sensor, const fs::path& folder, const Environment& environment) {
  for (int n = 0; n < rails_of_a_monitor; ++n) {
    const auto label = first_line(folder / fmt::format("rail_name_{}", n));
    if (!label || label->empty() || *label == "NC") continue;
    Rail rail;
    rail.milliwatts = open_if_there(folder / fmt::format("in_power{}_input", n), environment);
    if (rail.milliwatts) sensor.add(*label, std::move(rail), folder);
  }
}

Result<std::unique_ptr<Sensor>> open_jetson(const Environment& environment) {
  auto sensor = std::make_unique<Jetson>();
  for (const auto& folder : entries(environment.roots.sys / "class/hwmon", "hwmon"))
    if (first_line(folder / "name") == "ina3221") add_hwmon_rails(*sensor, folder, environment);
  for (const auto& chip : entries(environment.roots.sys / "bus/i2c/drivers/ina3221x", ""))
    for (const auto& folder : entries(chip, "iio:device")) add_iio_rails(*sensor, folder, environment);
  if (sensor->channels().empty())
    return fail(ErrorKind::unavailable, (environment.roots.sys / "class/hwmon").string(),
                "no INA3221 on supply rails: not a Jetson");
  sensor->mark_contained();
  return sensor;
}

Finding probe_jetson(const Environment& environment) {
  return finding_of(open_jetson(environment), "");
}

constexpr ChannelDescription jetson_channels[] = {
    {"<rail>_power", trace::Quantity::power, trace::Component::node},
    {"<rail>_power", trace::Quantity::power, trace::Component::gpu},
    {"<rail>_power", trace::Quantity::power, trace::Component::cpu},
    {"<rail>_power", trace::Quantity::power, trace::Component::dram},
    {"<rail>_power", trace::Quantity::power, trace::Component::other},
};

}  // namespace

extern const SensorType jetson_sensor{
    .name = "jetson",
    .description = "NVIDIA Jetson boards: power of the supply rails (INA3221)",
    .lane = Lane::slow,  // each value is an I2C transfer
    .shortest_interval = Seconds{0.05},
    .probe = probe_jetson,
    .open = open_jetson,
    .channels = jetson_channels,
    .needs = "an NVIDIA Jetson with INA3221 monitors; `/sys/class/hwmon` or `/sys/bus/i2c`",
    .pitfalls =
        "power at the moment of reading, so short peaks are missed; a rail that feeds several parts is "
        "`other`; all rails lie inside the input rail",
};

}  // namespace joulecast::sensors
