// A sensor that returns values set by a test, for testing the layers above sensors.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sensors/support/selection.hpp"

namespace joulecast::testing {

using Script = std::function<void(std::span<sensors::ChannelReading>)>;

class ScriptedSensor : public sensors::Sensor {
 public:
  ScriptedSensor(std::vector<trace::Channel> channels, Script script)
      : channels_(std::move(channels)), script_(std::move(script)) {}
  [[nodiscard]] const std::vector<trace::Channel>& channels() const override { return channels_; }
  void read(std::span<sensors::ChannelReading> readings) override { script_(readings); }

 private:
  std::vector<trace::Channel> channels_;
  Script script_;
};

inline trace::Channel energy_channel(const std::string& name, trace::Component component) {
  trace::Channel channel;
  channel.name = name;
  channel.quantity = trace::Quantity::energy;
  channel.behaviour = trace::Behaviour::counter;
  channel.component = component;
  channel.device = name;
  channel.resolution = 1e-3;
  return channel;
}

inline trace::Channel power_channel(const std::string& name, trace::Component component) {
  trace::Channel channel;
  channel.name = name;
  channel.component = component;
  channel.device = name;
  return channel;
}

inline sensors::OpenedSensor scripted(const sensors::SensorType& type, std::vector<trace::Channel> channels,
                                      Script script) {
  return {&type, std::make_unique<ScriptedSensor>(std::move(channels), std::move(script))};
}

}  // namespace joulecast::testing
