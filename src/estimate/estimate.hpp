// The answer of every estimator: a value and, where the method can give one, a 90 % interval.
#pragma once

#include <optional>

#include "base/units.hpp"

namespace joulecast::estimate {

/// The level of every interval of this module: nine in ten of them should contain the true value.
constexpr double interval_level = 0.90;

template <class U>
struct Interval {
  U low{0};
  U high{0};
  [[nodiscard]] constexpr bool contains(U value) const { return low <= value && value <= high; }
  [[nodiscard]] constexpr U width() const { return high - low; }
};

template <class U>
struct Estimate {
  U value{0};
  /// Absent where the method does not provide one; joulecast never invents an interval.
  std::optional<Interval<U>> interval;
};

}  // namespace joulecast::estimate
