// What a recommendation must keep to, as people say it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tradeoff/alternative.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::tradeoff {

enum class Relation { at_least, above, at_most, below };

/// column relation (best + offset | limit); limit in the column's own unit.
struct Constraint {
  std::string text;  ///< as it was said
  std::string column;
  Relation relation = Relation::at_most;
  bool relative_to_best = false;  ///< best = highest of the column for at_least/above, lowest for the others
  double limit = 0;               ///< or the offset from the best
};

/// "f1 >= best - 0.02", "accuracy >= 0.9", "duration_h < 10", "energy_mj <= 1 kWh" (converted to the column's
/// unit), and "under 8 h", "under 1 kWh", "under 2 kg", which mean the one column of that dimension; with
/// `names` the columns there are. "energy", "time", "duration", "emissions", "co2" also mean that column.
/// invalid with the reason.
[[nodiscard]] Result<Constraint> parse_constraint(std::string_view text,
                                                  std::span<const std::string> columns);

/// `best`: of the column over all alternatives that may be chosen.
[[nodiscard]] bool holds(const Constraint& constraint, double value, double best);

}  // namespace joulecast::tradeoff
