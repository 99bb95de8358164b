// What every estimator answers: a value and, where it can, an interval that holds the truth nine times in
// ten.
#pragma once

#include <optional>

#include "base/units.hpp"

namespace joulecast::estimate {

/// The level of every interval of this module.
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
  std::optional<Interval<U>> interval;  ///< absent where the method gives none: never a guess of ours
};

}  // namespace joulecast::estimate
