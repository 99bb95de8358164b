// The parts that the JSON of `tradeoff` and `recommend` have in common: alternatives and columns.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tradeoff/alternative.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {

[[nodiscard]] nlohmann::ordered_json range_json(const stats::Range& range);
[[nodiscard]] nlohmann::ordered_json alternative_json(const tradeoff::Alternative& alternative,
                                                      const std::vector<std::string>& keys);
[[nodiscard]] nlohmann::ordered_json column_json(const std::string& column);

}  // namespace joulecast::report
