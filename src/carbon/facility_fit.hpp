// Learns a facility's overhead from the records of its meter.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "carbon/facility.hpp"

namespace joulecast::carbon {

/// Mean powers of one stretch of time.
struct FacilitySample {
  WallTime begin;
  Seconds length{0};
  Watts load{0};      ///< of the computers
  Watts facility{0};  ///< of everything
  std::optional<Celsius> outside;
};

struct FacilityFit {
  FacilityModel model;
  std::size_t impossible = 0;       ///< samples without load, or with less than the load; left out
  std::size_t without_weather = 0;  ///< samples left out since no temperature is known for them
  std::vector<std::string> notes;   ///< what could not be told apart, a sentence each
};

constexpr std::size_t least_facility_samples = 24;

/// Robust (Huber), with coefficients that are not negative. The error is that of stretches of time that were
/// held out, each in turn. Samples must be in the order of time. invalid if there are too few, or if the
/// facility often draws less than its computers: then the two do not belong together.
[[nodiscard]] Result<FacilityFit> fit_facility(std::span<const FacilitySample> samples);

}  // namespace joulecast::carbon
