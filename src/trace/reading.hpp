// One raw value at one steady time. Counters stay unsigned 64-bit until they are differenced.
#pragma once

#include <cstdint>
#include <variant>

#include "base/clock.hpp"

namespace joulecast::trace {

/// A counter's count, or a gauge's value in the base unit
using RawValue = std::variant<std::uint64_t, double>;

struct Reading {
  SteadyTime time;  ///< midpoint of the read call
  RawValue value;
};

}  // namespace joulecast::trace
