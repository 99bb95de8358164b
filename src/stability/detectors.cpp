#include <array>
#include <cmath>

#include "stability/detector.hpp"

namespace joulecast::stability {

std::span<const StabilityDetector* const> all_detectors() {
  static constexpr std::array all{&fluss_detector, &floss_detector, &split_detector,  &ramp_detector,
                                  &pelt_detector,  &mser5_detector, &cycles_detector, &streaming_detector};
  return all;
}

const StabilityDetector* detector_named(std::string_view name) {
  for (const auto* detector : all_detectors())
    if (detector->name == name) return detector;
  return nullptr;
}

const StabilityDetector& default_detector() {
  return cycles_detector;
}

Status check_series(std::span<const double> power, std::size_t least, std::string_view method) {
  if (power.size() < least)
    return fail(ErrorKind::invalid, std::string{method}, "{} samples are too few; {} are needed",
                power.size(), least);
  for (std::size_t i = 0; i < power.size(); ++i)
    if (!std::isfinite(power[i]))
      return fail(ErrorKind::invalid, std::string{method}, "sample {} is not a finite number", i);
  return {};
}

}  // namespace joulecast::stability
