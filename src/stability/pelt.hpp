// PELT: all changes of level of a series, exactly, by penalised least squares.
// Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", JASA
// 2012.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::stability {

/// BIC's price of a change of level: 2 parameters (where, and how high) x variance x log n.
[[nodiscard]] double bic_penalty(double noise_deviation, std::size_t n);

/// First samples of every segment but the first, rising: the minimiser of (sum of squares around the
/// segments' means)
/// + penalty x (number of changes). O(n) time where changes are many, O(n^2) where there are none.
[[nodiscard]] std::vector<std::size_t> pelt(std::span<const double> series, double penalty);

/// pelt with bic_penalty, its noise estimated from the steps of the series.
[[nodiscard]] std::vector<std::size_t> level_changes(std::span<const double> series);

}  // namespace joulecast::stability
