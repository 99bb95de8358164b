// joulecast sensors: what can be measured here, with a live value of each channel.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "session/machine/inspect_sensors.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> gpus;
  std::string json;
};

std::string period_text(Seconds period) {
  return period > Seconds{0} ? to_text(period) : "-";
}

void print_channel(const session::ChannelNow& now) {
  const auto& channel = now.channel;
  const auto unit = channel.quantity == trace::Quantity::energy ? "J" : now.unit;
  fmt::print("  {:<26} {:<18} {:>12}  {:<6} {:>9}  {}\n", channel.name, name_of(channel.quantity),
             session::value_text(now), unit, period_text(channel.update_period), name_of(channel.provenance));
  std::string details = channel.device_name;
  for (const auto& part :
       {channel.note, channel.contained_in.empty() ? "" : "inside " + channel.contained_in})
    if (!part.empty()) details += (details.empty() ? "" : "; ") + part;
  if (!details.empty()) fmt::print("      {}\n", details);
}

void print(const std::vector<session::SensorNow>& sensors) {
  fmt::print("  {:<26} {:<18} {:>12}  {:<6} {:>9}  {}\n", "channel", "quantity", "now", "unit", "updates",
             "provenance");
  for (const auto& sensor : sensors) {
    if (!sensor.unused_because.empty()) continue;
    fmt::print("{}: {}\n", sensor.type->name, sensor.type->description);
    for (const auto& channel : sensor.channels) print_channel(channel);
  }
  fmt::print("\nNot used (joulecast doctor says how to change that):\n");
  for (const auto& sensor : sensors)
    if (!sensor.unused_because.empty()) fmt::print("  {:<14} {}\n", sensor.type->name, sensor.unused_because);
}

int show(const Options& options) {
  auto environment = sensors::real_environment();
  environment.gpus = options.gpus;
  constexpr Seconds between{0.3};  // a few update periods of the slowest counter
  const auto sensors = session::look_at_sensors(environment, options.names, between);
  if (!sensors) return report_error(sensors.error());
  return answer(
      options.json, [&] { print(*sensors); }, [&] { return session::to_json(*sensors); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("--sensor", options->names, "Only these sensors").type_name("NAME");
  app.add_option("--gpu", options->gpus, "Only these GPUs, by index or UUID").type_name("GPU");
  add_json_option(app, options->json);
  return [options] { return show(*options); };
}

}  // namespace

extern const Command sensors_command{"sensors", "What can be measured on this machine", "Measure", define};

}  // namespace joulecast::cli
