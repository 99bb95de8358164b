#include "estimate/online/methods.hpp"

#include <cmath>

namespace joulecast::estimate {

Status check(const WorkUnit& unit) {
  if (!std::isfinite(unit.work) || unit.work <= 0)
    return fail(ErrorKind::invalid, "work", "a finished unit of work must be positive, not {}", unit.work);
  if (!std::isfinite(unit.duration.value()) || unit.duration.value() <= 0)
    return fail(ErrorKind::invalid, "duration", "a unit of work takes time, not {} s", unit.duration.value());
  if (unit.energy && (!std::isfinite(unit.energy->value()) || unit.energy->value() < 0))
    return fail(ErrorKind::invalid, "energy", "a unit of work cannot cost {} J", unit.energy->value());
  return {};
}

std::span<const OnlineMethod* const> online_methods() {
  static const OnlineMethod* const all[] = {&first_epoch_method,      &step_power_method,
                                            &step_energy_method,      &adaptive_method,
                                            &green_algorithms_method, &mlco2_method};
  return all;
}

const OnlineMethod* find_online_method(std::string_view name) {
  for (const auto* method : online_methods())
    if (method->name == name) return method;
  return nullptr;
}

}  // namespace joulecast::estimate
