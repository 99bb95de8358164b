// Arithmetic of descriptions: "64*width", "round8(24*w)", "i==0". Numbers are doubles; a comparison is 1 or
// 0.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace joulecast::network {

using Lookup = std::function<std::optional<double>(std::string_view)>;

/// + - * / % and parentheses, comparisons, functions ceil, floor, min, max, and round8 (the nearest multiple
/// of 8 that is not below 90 % of the value: Sandler et al. 2018, "make_divisible"). invalid names what it
/// cannot read.
[[nodiscard]] Result<double> evaluate(std::string_view expression, const Lookup& variable);

}  // namespace joulecast::network
