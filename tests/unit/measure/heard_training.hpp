// What a training tells, at times after its start, and a machine that measures it; for the tests of Training.
#pragma once

#include <optional>

#include "measure/training.hpp"

namespace joulecast::measure {

inline SteadyTime at(double seconds) {
  return SteadyTime{1'000'000'000} + Seconds{seconds};
}

inline progress::Event event(progress::EventKind kind, double seconds, int epoch) {
  progress::Event event;
  event.kind = kind;
  event.time = at(seconds);
  event.epoch = epoch;
  return event;
}

/// A machine that draws 100 W and whose readings reach `known` seconds.
inline EnergyUntil steady(double known) {
  return [known](Seconds t) {
    return t.value() <= known ? std::optional{Joules{100 * t.value()}} : std::nullopt;
  };
}

}  // namespace joulecast::measure
