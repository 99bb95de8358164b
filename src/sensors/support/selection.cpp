#include "sensors/support/selection.hpp"

#include <algorithm>

namespace joulecast::sensors {
namespace {

bool asked_for(const SensorType& type, std::span<const std::string> names) {
  return std::ranges::find(names, type.name) != names.end();
}

/// Why this sensor is not needed; nothing where it is.
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

/// A device that one vendor's sensor does not know may belong to another. One that no sensor knows is the
/// user's mistake.
Result<SensorSelection> refuse_unknown_devices(SensorSelection selection) {
  const bool found_gpu = std::ranges::any_of(
      selection.opened, [](const OpenedSensor& o) { return measures(*o.sensor, trace::Component::gpu); });
  if (!found_gpu && selection.late.empty())
    for (const auto& [type, error] : selection.refused)
      if (error.kind == ErrorKind::invalid) return propagate(error);
  return selection;
}

}  // namespace

bool measures(const Sensor& sensor, trace::Component component) {
  return std::ranges::any_of(sensor.channels(), [component](const trace::Channel& channel) {
    const bool energy =
        channel.quantity == trace::Quantity::energy || channel.quantity == trace::Quantity::power;
    return energy && channel.component == component && channel.provenance == Provenance::measured;
  });
}

Result<SensorSelection> open_sensors(const Environment& environment, std::span<const std::string> names,
                                     Seconds patience) {
  if (const auto known = check_names(names); !known) return propagate(known.error());
  std::vector<Opening> drivers;
  std::vector<const SensorType*> order;
  for (const auto* type : all_sensors()) {
    if (!names.empty() && !asked_for(*type, names)) continue;
    if (type->lane == Lane::gpu)
      drivers.emplace_back(*type, environment);
    else
      order.push_back(type);
  }
  // Meters, then those that yield to one, then models: each sees what opened before it.
  const auto rank = [](const SensorType* type) {
    return type->stands_in_for ? 2 : !type->yields_to.empty() ? 1 : 0;
  };
  std::ranges::stable_sort(order, {}, rank);

  SensorSelection selection;
  const auto take = [&](const SensorType& type, Result<std::unique_ptr<Sensor>> opened) {
    if (opened)
      selection.opened.push_back({&type, std::move(*opened)});
    else
      selection.refused.push_back({&type, opened.error()});
  };
  const auto begin = system_clock().steady();
  for (const auto* type : order) {
    const auto other = asked_for(*type, names) ? std::nullopt : replacement(*type, selection);
    take(*type, other ? fail(ErrorKind::unavailable, "", "{}", *other) : type->open(environment));
  }
  for (auto& driver : drivers) {
    const auto left = patience - (system_clock().steady() - begin);
    if (driver.wait(std::max(left, Seconds{0})))
      take(driver.type(), driver.take());
    else
      selection.late.push_back(std::move(driver));
  }
  return refuse_unknown_devices(std::move(selection));
}

}  // namespace joulecast::sensors
