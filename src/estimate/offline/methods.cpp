// The list of all offline methods. A new method adds a line.
#include <array>

#include "estimate/offline/baseline/offline_baselines.hpp"
#include "estimate/offline/method.hpp"
#include "estimate/offline/physics/physics.hpp"
#include "estimate/offline/regression/pre.hpp"

namespace joulecast::estimate {

std::string_view name_of(Target target) {
  switch (target) {
    case Target::power:
      return "power";
    case Target::epoch_time:
      return "epoch_time";
    case Target::epoch_energy:
      return "epoch_energy";
    case Target::step_time:
      return "step_time";
  }
  return "power";
}

std::string_view unit_of(Target target) {
  switch (target) {
    case Target::power:
      return "W";
    case Target::epoch_time:
      return "s";
    case Target::epoch_energy:
      return "J";
    case Target::step_time:
      return "s";
  }
  return "W";
}

std::optional<double> measured(const Sample& sample, Target target) {
  switch (target) {
    case Target::power:
      return sample.measured.power_w;
    case Target::epoch_time:
      return sample.measured.epoch_time_s;
    case Target::epoch_energy:
      return sample.measured.epoch_energy_j;
    case Target::step_time:
      return sample.measured.step_time_s;
  }
  return std::nullopt;
}

std::optional<double> Forecast::operator[](Target target) const {
  switch (target) {
    case Target::power:
      return power_w;
    case Target::epoch_time:
      return epoch_time_s;
    case Target::epoch_energy:
      return epoch_energy_j;
    case Target::step_time:
      return step_time_s;
  }
  return std::nullopt;
}

std::span<const OfflineMethod* const> offline_methods() {
  static constexpr std::array methods{&physics_method,
                                      &pre_power_method,
                                      &pre_energy_method,
                                      &flops_method,
                                      &green_algorithms_offline_method,
                                      &mlco2_offline_method};
  return methods;
}

const OfflineMethod* find_offline_method(std::string_view name) {
  for (const auto* method : offline_methods())
    if (method->name == name) return method;
  return nullptr;
}

}  // namespace joulecast::estimate
