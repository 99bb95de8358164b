#include <fmt/format.h>

#include "base/text.hpp"
#include "report/machine/sensors_report.hpp"

namespace joulecast::report {
namespace {

using trace::Quantity;

std::string period_text(Seconds period) {
  return period > Seconds{0} ? to_text(period) : "-";
}

std::string line(std::string_view channel, std::string_view quantity, std::string_view now,
                 std::string_view unit, std::string_view updates, std::string_view provenance) {
  return fmt::format("  {:<26} {:<18} {:>12}  {:<6} {:>9}  {}\n", channel, quantity, now, unit, updates,
                     provenance);
}

std::string channel_text(const session::ChannelNow& now) {
  const auto& channel = now.channel;
  const auto unit = channel.quantity == Quantity::energy ? "J" : now.unit;
  auto text = line(channel.name, name_of(channel.quantity), value_text(now), unit,
                   period_text(channel.update_period), name_of(channel.provenance));
  std::string details = channel.device_name;
  for (const auto& part :
       {channel.note, channel.contained_in.empty() ? "" : "inside " + channel.contained_in})
    if (!part.empty()) details += (details.empty() ? "" : "; ") + part;
  if (!details.empty()) text += fmt::format("      {}\n", details);
  return text;
}

}  // namespace

std::string value_text(const session::ChannelNow& now) {
  if (!now.value) return now.error.empty() ? "unknown" : "(" + now.error + ")";
  const double value = *now.value;
  switch (now.channel.quantity) {
    case Quantity::energy:
    case Quantity::power:
      return to_text(Watts{value});
    case Quantity::utilisation:
    case Quantity::memory_utilisation:
    case Quantity::process_cpu:
    case Quantity::throttled_by_power:
    case Quantity::throttled_by_heat:
      return fmt::format("{:.1f} %", 100 * value);
    case Quantity::memory_used:
    case Quantity::process_memory:
      return fmt::format("{:.2f} GB", value / 1e9);
    case Quantity::temperature:
      return fmt::format("{:.0f} °C", value);
    case Quantity::frequency:
      return fmt::format("{:.2f} GHz", value / 1e9);
  }
  return fmt::format("{:g} {}", value, now.unit);
}

std::string to_text(const session::SensorsNow& now) {
  auto text = line("channel", "quantity", "now", "unit", "updates", "provenance");
  std::string unused;
  for (const auto& sensor : now.sensors) {
    if (!sensor.unused_because.empty()) {
      unused += fmt::format("  {:<14} {}\n", sensor.type->name, sensor.unused_because);
      continue;
    }
    text += fmt::format("{}: {}\n", sensor.type->name, sensor.type->description);
    for (const auto& channel : sensor.channels) text += channel_text(channel);
  }
  return text + "\nNot used (joulecast doctor says how to change that):\n" + unused;
}

}  // namespace joulecast::report
