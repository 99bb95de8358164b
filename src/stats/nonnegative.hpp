// Least squares whose coefficients may not be negative.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace joulecast::stats {

/// More columns would need an active-set method; every subset of so many is tried.
constexpr std::size_t most_nonnegative_columns = 4;
using NonnegativeRow = std::array<double, most_nonnegative_columns>;

/// Coefficients b >= 0 that minimise sum weight_i (target_i - row_i . b)^2 over the first `columns` of each
/// row. Exact: the best of all subsets of columns whose least squares are not negative. A column that adds
/// nothing to the others gets 0. All lengths must be the same, weights not negative.
[[nodiscard]] std::vector<double> nonnegative_least_squares(std::span<const NonnegativeRow> rows,
                                                            std::span<const double> targets,
                                                            std::span<const double> weights,
                                                            std::size_t columns);

}  // namespace joulecast::stats
