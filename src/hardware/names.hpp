// Comparing names; internal to the module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::hardware {

/// What normalised_gpu_name joins.
[[nodiscard]] std::vector<std::string> gpu_name_words(std::string_view name);

/// At most `count` of `names`, those with the smallest edit distance between normalised forms first.
[[nodiscard]] std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& names,
                                               std::string (*normalise)(std::string_view), std::size_t count);

}  // namespace joulecast::hardware
