// Shared by the sensors' tests: a fake environment and a way to read a sensor.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "sensors/support/sensor.hpp"
#include "support/fake_tree.hpp"

namespace joulecast::sensors {

/// The real system calls, a fake clock, and roots below a fake tree.
struct Fake {
  FakeClock clock;
  std::map<std::string, std::string> variables;
  Environment environment = real_environment();

  explicit Fake(const std::filesystem::path& root = "/nonexistent") {
    environment.roots = {root, root, root};
    environment.clock = &clock;
    environment.variable = [this](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    };
    environment.library = [](std::string_view) { return std::string("/nonexistent/library.so"); };
  }
  Fake(const Fake&) = delete;
};

inline const SensorType& sensor_type(std::string_view name) {
  for (const auto* type : all_sensors())
    if (type->name == name) return *type;
  throw std::runtime_error("no such sensor");
}

inline std::vector<ChannelReading> read_all(Sensor& sensor) {
  std::vector<ChannelReading> readings(sensor.channels().size(), ChannelReading(trace::RawValue(0.0)));
  sensor.read(readings);
  return readings;
}

inline std::vector<std::string> names_of(const Sensor& sensor) {
  std::vector<std::string> names;
  for (const auto& channel : sensor.channels()) names.push_back(channel.name);
  return names;
}

/// Whether an opened channel matches a description: "gpu0_energy" matches "gpu<N>_energy".
inline bool is_described_by(const trace::Channel& channel, const ChannelDescription& described) {
  const auto open = described.name.find('<'), close = described.name.find('>');
  const auto name = open == std::string_view::npos ? std::string(described.name)
                                                   : std::string(described.name.substr(0, open)) + ".+" +
                                                         std::string(described.name.substr(close + 1));
  const auto longest = std::max(described.update_period, described.longest_update_period);
  const bool period = described.update_period <= Seconds{0} ||
                      (channel.update_period >= described.update_period && channel.update_period <= longest);
  return std::regex_match(channel.name, std::regex(name + "(_[0-9]+)?")) && period &&
         channel.quantity == described.quantity && channel.component == described.component;
}

/// docs/sensors.md must list every channel that opens, with correct figures.
inline void expect_described(const SensorType& type, const Sensor& sensor) {
  for (const auto& channel : sensor.channels()) {
    if (channel.provenance == Provenance::missing) continue;  // stands for a device that cannot be read
    EXPECT_TRUE(std::ranges::any_of(
        type.channels,
        [&](const ChannelDescription& described) { return is_described_by(channel, described); }))
        << type.name << " does not describe its channel " << channel.name;
    const bool energy = channel.quantity == trace::Quantity::energy;
    EXPECT_EQ(channel.behaviour, energy ? trace::Behaviour::counter : trace::Behaviour::gauge)
        << channel.name;
    EXPECT_EQ(channel.provenance, type.stands_in_for ? Provenance::modelled : Provenance::measured);
    if (!type.stands_in_for && (energy || channel.quantity == trace::Quantity::power)) {
      EXPECT_GT(channel.plausible_maximum, Watts{0}) << channel.name << " would believe any power";
    }
  }
}

inline std::size_t index_of(const Sensor& sensor, std::string_view name) {
  for (std::size_t i = 0; i < sensor.channels().size(); ++i)
    if (sensor.channels()[i].name == name) return i;
  throw std::runtime_error("no channel " + std::string(name));
}

inline const trace::Channel& channel(const Sensor& sensor, std::string_view name) {
  return sensor.channels()[index_of(sensor, name)];
}

inline ChannelReading read_one(Sensor& sensor, std::string_view name) {
  return read_all(sensor)[index_of(sensor, name)];
}

inline double gauge(Sensor& sensor, std::string_view name) {
  return std::get<double>(read_one(sensor, name).value());
}

inline std::uint64_t count(Sensor& sensor, std::string_view name) {
  return std::get<std::uint64_t>(read_one(sensor, name).value());
}

}  // namespace joulecast::sensors
