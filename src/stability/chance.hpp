// What keeps FLUSS and FLOSS from finding changes where there is none: arcs between windows that are equal
// are laid by chance, and a minimum of the arc curve counts only where it is more than chance. Internal to
// the module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stability/arc_curve.hpp"

namespace joulecast::stability {

/// The power with tiny differences between values that are equal because the meter rounds, so that of several
/// equal neighbours not always the first is taken. The inside of a stretch of equal values stays as it is.
/// The differences are the same every time.
[[nodiscard]] std::vector<double> without_ties(std::span<const double> power, std::size_t window);

/// Which arcs a method lays: to the nearest neighbour on either side, or on the right only.
enum class Arcs { both_sides, to_the_right };

/// Gives each window of constant power a neighbour that is chosen by chance among the other ones, as if they
/// were noise: their distances are all 0, and the first of them would make every arc short.
void spread_constant_windows(std::span<const double> power, std::size_t window, Arcs arcs,
                             std::span<std::int64_t> neighbours);

/// Whether a change at this sample is more than chance: so few arcs cross it as noise without a change would
/// hardly leave (2 % of simulated white noise, some 5 % of autoregressive noise), or level, spread or
/// roughness differ on its two sides, or the power repeats itself on one of them and so is not noise.
[[nodiscard]] bool is_real_change(std::span<const double> power, std::size_t window, Arcs arcs,
                                  const RegimeChange& change);

}  // namespace joulecast::stability
