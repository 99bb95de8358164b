#include "sensors/support/selection.hpp"

#include <algorithm>

namespace joulecast::sensors {
namespace {

bool asked_for(const SensorType& type, std::span<const std::string> names) {
  return std::ranges::find(names, type.name) != names.end();
}

/// What makes this sensor superfluous; nothing where it is needed.
std::optional<std::string> replacement(const SensorType& type, const SensorSelection& selection) {
  for (const auto& [other, sensor] : selection.opened) {
    if (!type.yields_to.empty() && other->name == type.yields_to)
      return fmt::format("not needed: {} reads the same meter", other->name);
    if (type.stands_in_for && measures(*sensor, *type.stands_in_for))
      return fmt::format("not needed: {} measures it", other->name);
  }
  return std::nullopt;
}

Status check_names(std::span<const std::string> names) {
  for (const auto& name : names) {
    if (std::ranges::any_of(all_sensors(), [&](const auto* type) { return type->name == name; })) continue;
    std::string known;
    for (const auto* type : all_sensors())
      known += fmt::format("{}{}", known.empty() ? "" : ", ", type->name);
    return fail(ErrorKind::invalid, "sensor '" + name + "'", "there is none of this name; there are {}",
                known);
  }
  return {};
}

}  // namespace

bool measures(const Sensor& sensor, trace::Component component) {
  return std::ranges::any_of(sensor.channels(), [component](const trace::Channel& channel) {
    const bool energy =
        channel.quantity == trace::Quantity::energy || channel.quantity == trace::Quantity::power;
    return energy && channel.component == component && channel.provenance == Provenance::measured;
  });
}

Result<SensorSelection> open_sensors(const Environment& environment, std::span<const std::string> names) {
  if (const auto known = check_names(names); !known) return propagate(known.error());
  // Meters, then those that yield to one, then models: each sees what opened before it.
  std::vector<const SensorType*> order(all_sensors().begin(), all_sensors().end());
  const auto rank = [](const SensorType* type) {
    return type->stands_in_for ? 2 : !type->yields_to.empty() ? 1 : 0;
  };
  std::ranges::stable_sort(order, {}, rank);

  SensorSelection selection;
  for (const auto* type : order) {
    const bool named = asked_for(*type, names);
    if (!names.empty() && !named) continue;
    if (const auto other = named ? std::nullopt : replacement(*type, selection)) {
      selection.refused.push_back({type, {ErrorKind::unavailable, *other, ""}});
      continue;
    }
    auto opened = type->open(environment);
    if (opened) {
      selection.opened.push_back({type, std::move(*opened)});
    } else {
      selection.refused.push_back({type, opened.error()});
    }
  }
  // A device that one vendor's sensor does not know may be another's; one that nobody knows is the user's
  // mistake.
  const bool found_gpu = std::ranges::any_of(
      selection.opened, [](const OpenedSensor& o) { return measures(*o.sensor, trace::Component::gpu); });
  for (const auto& [type, error] : selection.refused)
    if (error.kind == ErrorKind::invalid && !found_gpu) return propagate(error);
  return selection;
}

}  // namespace joulecast::sensors
