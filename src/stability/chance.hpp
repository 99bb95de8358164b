// What keeps FLUSS and FLOSS from finding changes where there is none: arcs between windows that are equal
// are laid by chance, and a minimum of the arc curve counts only where noise would not give it. Internal to
// the module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

/// The corrected arc curve of power without a change stays above this nearly always (98 % of simulated white
/// noise, some 95 % of autoregressive noise). It depends on how many windows fit into the series.
[[nodiscard]] double arcs_by_chance(std::size_t samples, std::size_t window, Arcs arcs);

}  // namespace joulecast::stability
