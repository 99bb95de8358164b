// How samples are passed to the tests, and what every test requires of them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast::stats {

using Sample = std::span<const double>;
/// One vector per group.
using Samples = std::span<const std::vector<double>>;

/// invalid (with `test` as where) unless there are at least `least` values and all are finite.
[[nodiscard]] Status check_sample(std::string_view test, Sample sample, std::size_t least);

/// The same for each group, and that there are at least two groups.
[[nodiscard]] Status check_samples(std::string_view test, Samples groups, std::size_t least);

[[nodiscard]] std::size_t total_size(Samples groups);
[[nodiscard]] bool is_constant(Sample sample);  ///< true for fewer than two values

}  // namespace joulecast::stats
