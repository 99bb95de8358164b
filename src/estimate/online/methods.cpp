#include "estimate/online/methods.hpp"

#include <cmath>

namespace joulecast::estimate {

namespace {

bool is_amount(double value) {
  return value >= smallest_amount && value <= largest_amount;  // false for NaN
}

}  // namespace

Status check_total_work(double total_work) {
  if (is_amount(total_work)) return {};
  if (total_work > 0) return fail(ErrorKind::invalid, "total work", "{} is no amount of work", total_work);
  return fail(ErrorKind::invalid, "total work", "must be positive, not {}", total_work);
}

Status check(const WorkUnit& unit) {
  if (!is_amount(unit.work))
    return fail(ErrorKind::invalid, "work", "a finished unit of work must be positive, not {}", unit.work);
  if (!is_amount(unit.duration.value()))
    return fail(ErrorKind::invalid, "duration", "a unit of work takes time, not {} s", unit.duration.value());
  if (unit.energy && unit.energy->value() != 0 && !is_amount(unit.energy->value()))
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
