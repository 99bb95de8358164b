#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/machine/sensors_report.hpp"

namespace joulecast::report {
namespace {

using nlohmann::ordered_json;

/// In a channel, 0 means unknown.
template <class T>
ordered_json null_for_0(T value) {
  return value > T{0} ? or_null(value) : ordered_json(nullptr);
}

ordered_json channel_json(const session::ChannelNow& now) {
  const auto& channel = now.channel;
  return {{"name", channel.name},
          {"quantity", name_of(channel.quantity)},
          {"behaviour", name_of(channel.behaviour)},
          {"component", name_of(channel.component)},
          {"device", channel.device},
          {"device_name", channel.device_name},
          {"provenance", name_of(channel.provenance)},
          {"update_period_s", null_for_0(channel.update_period)},
          {"averaging_window_s", null_for_0(channel.averaging_window)},
          {"relative_uncertainty", null_for_0(channel.relative_uncertainty)},
          {"contained_in", channel.contained_in},
          {"note", channel.note},
          {"value", or_null(now.value)},
          {"unit", now.unit},
          {"error", now.error}};
}

}  // namespace

ordered_json to_json(const session::SensorsNow& now) {
  auto list = ordered_json::array();
  for (const auto& sensor : now.sensors) {
    auto channels = ordered_json::array();
    for (const auto& channel : sensor.channels) channels.push_back(channel_json(channel));
    list.push_back({{"name", sensor.type->name},
                    {"description", sensor.type->description},
                    {"used", sensor.unused_because.empty()},
                    {"reason", sensor.unused_because},
                    {"channels", std::move(channels)}});
  }
  return {{"sensors", std::move(list)}};
}

std::string to_json_text(const session::SensorsNow& now) {
  return json_text(to_json(now));
}

}  // namespace joulecast::report
