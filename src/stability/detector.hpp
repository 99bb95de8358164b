// Stability detectors find the sample from which on the power of a training is stable.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::stability {

struct DetectorOptions {
  std::size_t window = 10;           ///< samples of a subsequence, for the matrix-profile methods
  std::size_t exclusion_factor = 3;  ///< no change is sought nearer to an end than window x this
  double noise_deviation = 0;        ///< of the meter, W; see matrix_profile.hpp
};

struct StablePoint {
  std::size_t index = 0;  ///< first sample of the stable stretch; 0 where no change was found
  bool found = false;     ///< false: no change stands out, so the power counts as stable from the start
  bool censored = false;  ///< the method cannot look beyond this point: power became stable here or later
};

/// One method. Its only input is power values (in any unit) at even steps. invalid if there are too few
/// values or one is not finite. All methods are pure functions and may run at the same time.
struct StabilityDetector {
  std::string_view name;
  std::string_view description;
  Result<StablePoint> (*find)(std::span<const double> power, const DetectorOptions& options);
};

extern const StabilityDetector fluss_detector;   ///< the method of del Rey et al.: matrix profile and FLUSS
extern const StabilityDetector floss_detector;   ///< the same, streaming
extern const StabilityDetector split_detector;   ///< one least-squares split into two levels
extern const StabilityDetector ramp_detector;    ///< one least-squares split into a line and a level
extern const StabilityDetector pelt_detector;    ///< all changes of level, penalised
extern const StabilityDetector mser5_detector;   ///< truncation with the smallest standard error
extern const StabilityDetector cycles_detector;  ///< MSER over whole cycles of the training
extern const StabilityDetector streaming_detector;  ///< CUSUM over a stream, bounded memory

/// Every method, in the order above.
[[nodiscard]] std::span<const StabilityDetector* const> all_detectors();
/// nullptr if no method has that name.
[[nodiscard]] const StabilityDetector* detector_named(std::string_view name);
/// Chosen by projection error on measured trainings: docs/decisions/0003-stability-detector.md.
[[nodiscard]] const StabilityDetector& default_detector();

/// invalid where there are fewer than `least` values, or one is not finite.
[[nodiscard]] Status check_series(std::span<const double> power, std::size_t least, std::string_view method);

}  // namespace joulecast::stability
