// The meaning of one column of numbers. This description accompanies every reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/provenance.hpp"
#include "base/units.hpp"

namespace joulecast::trace {

/// What is measured, with the base unit of its values.
enum class Quantity {
  energy,              ///< J
  power,               ///< W
  utilisation,         ///< share 0..1 of time in which the device was busy
  memory_utilisation,  ///< share 0..1 of time in which device memory was read or written
  memory_used,         ///< bytes
  temperature,         ///< degrees Celsius
  frequency,           ///< Hz
  process_cpu,         ///< share of the whole machine, 0..1, used by the measured process tree
  process_memory,      ///< bytes of resident memory of the measured process tree
  throttled_by_power,  ///< share 0..1 of time in which its power limit held the device's clocks down
  throttled_by_heat,   ///< share 0..1 of time in which heat did
};

enum class Behaviour {
  counter,  ///< only rises (until it wraps or restarts); only differences of readings are meaningful
  gauge,    ///< the value now, or the mean over the channel's averaging window
};

/// What part of the machine the number belongs to.
enum class Component { gpu, cpu, dram, other, node, process };

[[nodiscard]] std::string_view name_of(Quantity quantity);
[[nodiscard]] std::string_view name_of(Behaviour behaviour);
[[nodiscard]] std::string_view name_of(Component component);
[[nodiscard]] std::string_view unit_of(Quantity quantity);
[[nodiscard]] std::optional<Quantity> quantity_from(std::string_view name);
[[nodiscard]] std::optional<Behaviour> behaviour_from(std::string_view name);
[[nodiscard]] std::optional<Component> component_from(std::string_view name);

struct Channel {
  std::string name;    ///< unique within a run: "gpu0_energy", "cpu0_package", "node_power"
  std::string sensor;  ///< which sensor reads it: "nvml", "powercap", "replay"
  std::string node;    ///< host name in a run with several machines; empty for a single machine
  Quantity quantity = Quantity::power;
  Behaviour behaviour = Behaviour::gauge;
  Component component = Component::other;
  std::string device;        ///< identifies the device within its component: "0", "GPU-5f3a…"
  std::string device_name;   ///< common name of the device: "NVIDIA A100-SXM4-80GB"; empty = unknown
  double resolution = 1;     ///< one raw count in the quantity's base unit
  Seconds update_period{0};  ///< how often the source has a new value; 0 = unknown
  /// A gauge's value is the mean over this long; 0 = instantaneous or not known
  Seconds averaging_window{0};
  /// A gauge's value tells of the moment this long before it was read. Readings of a trace are already moved.
  Seconds lag{0};
  /// Raw counts after which a counter restarts at 0; 0 = it never does, or the range is unknown.
  std::uint64_t wrap_range = 0;
  Watts plausible_maximum{0};  ///< a higher power is an error, not a value; 0 = no known bound
  /// A supply rail or part that may be switched off: 0 W is a value. Elsewhere it stands for "not read".
  bool may_be_off = false;
  /// A counter that was read at the ends of windows only: what was used between them is never filled in.
  bool only_windows = false;
  std::string contained_in;  ///< name of the channel whose energy already includes this one's; empty = none
  Provenance provenance = Provenance::measured;
  /// Half-width of a 90 % interval on the energy, as a share; 0 = not stated
  double relative_uncertainty = 0;
  std::string note;  ///< the assumption behind a modelled value, or the access path of a measured one
};

}  // namespace joulecast::trace
