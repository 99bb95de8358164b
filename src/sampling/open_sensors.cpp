#include "sampling/open_sensors.hpp"

#include <algorithm>
#include <set>

namespace joulecast::sampling {
namespace {

using sensors::SensorType;

Status check_names(const std::vector<std::string>& only, std::span<const SensorType* const> types) {
  for (const auto& name : only)
    if (std::ranges::none_of(types, [&](const auto* type) { return type->name == name; }))
      return fail(ErrorKind::invalid, "--sensor", "there is no sensor \"{}\"; `joulecast sensors` lists them",
                  name);
  return {};
}

bool gives_energy(const trace::Channel& channel) {
  return channel.quantity == trace::Quantity::energy || channel.quantity == trace::Quantity::power;
}

class Opener {
 public:
  Opener(const sensors::Environment& environment, const std::vector<std::string>& only)
      : environment_(environment), only_(only) {}

  void consider(const SensorType& type) {
    if (!only_.empty() && std::ranges::find(only_, type.name) == only_.end()) return;
    if (type.stands_in_for && metered_.contains(*type.stands_in_for))
      return leave_out(type,
                       fmt::format("not needed: the {} is metered", trace::name_of(*type.stands_in_for)));
    if (!type.yields_to.empty() && opened_.contains(type.yields_to))
      return leave_out(type, fmt::format("not needed: {} reads the same meter", type.yields_to));
    auto sensor = type.open(environment_);
    if (!sensor) return leave_out(type, to_string(sensor.error()));
    for (const auto& channel : (*sensor)->channels())
      if (gives_energy(channel)) metered_.insert(channel.component);
    opened_.insert(type.name);
    result.sensors.push_back({&type, std::move(*sensor)});
  }

  OpenedSensors result;

 private:
  void leave_out(const SensorType& type, std::string reason) {
    trace::SensorStatus status;
    status.sensor = type.name;
    status.reason = std::move(reason);
    result.unused.push_back(std::move(status));
  }

  const sensors::Environment& environment_;
  const std::vector<std::string>& only_;
  std::set<trace::Component> metered_;
  std::set<std::string_view> opened_;
};

}  // namespace

Result<OpenedSensors> open_sensors(const sensors::Environment& environment,
                                   const std::vector<std::string>& only,
                                   std::span<const SensorType* const> types) {
  if (const auto known = check_names(only, types); !known) return propagate(known.error());
  Opener opener(environment, only);
  const auto later = [](const SensorType& type) {
    return (type.stands_in_for ? 2 : 0) + (type.yields_to.empty() ? 0 : 1);
  };
  std::vector<const SensorType*> order(types.begin(), types.end());
  std::ranges::stable_sort(order, {}, [&](const auto* type) { return later(*type); });
  for (const auto* type : order) opener.consider(*type);
  return std::move(opener.result);
}

}  // namespace joulecast::sampling
