// The detector of del Rey et al.: z-normalised matrix profile, FLUSS with two regimes, minimum of the
// corrected arc curve.
#include "stability/arc_curve.hpp"
#include "stability/chance.hpp"
#include "stability/detector.hpp"
#include "stability/matrix_profile.hpp"

namespace joulecast::stability {
namespace {

Result<StablePoint> find(std::span<const double> power, const DetectorOptions& options) {
  const std::size_t edge = options.window * options.exclusion_factor;
  const std::size_t least = 2 * edge + options.window;  // one position between the edges
  if (const auto usable = check_series(power, least, "fluss"); !usable) return propagate(usable.error());
  MatrixProfileOptions how;
  how.window = options.window;
  how.noise_deviation = options.noise_deviation;
  auto profile = matrix_profile(without_ties(power, options.window), how);
  if (!profile) return propagate(profile.error());
  spread_constant_windows(power, options.window, Arcs::both_sides, profile->index);
  const auto changes = regime_changes(corrected_arc_curve(profile->index, edge), 2, edge);
  if (changes.empty() || !is_real_change(power, options.window, Arcs::both_sides, changes[0]))
    return StablePoint{};
  return StablePoint{changes[0].position, true, changes[0].censored};
}

}  // namespace

extern const StabilityDetector fluss_detector{"fluss", "matrix profile and FLUSS, the paper's method", find};

}  // namespace joulecast::stability
