// What the sensors' tests share: an environment of fakes and a way to read a sensor.
#pragma once

#include <gmock/gmock.h>

#include <map>
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
