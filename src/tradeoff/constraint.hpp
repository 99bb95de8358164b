// Requirements that a recommendation must meet, parsed from the user's words.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "tradeoff/alternative.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::tradeoff {

enum class Relation { at_least, above, at_most, below };

/// column relation (best + offset | limit), where the limit is in the column's unit.
struct Constraint {
  std::string text;  ///< as the user wrote it
  std::string column;
  Relation relation = Relation::at_most;
  /// Relative to the best value of the column: the highest for at_least and above, the lowest for the others.
  bool relative_to_best = false;
  double limit = 0;  ///< the limit, or the offset from the best
};

/// Parses "f1 >= best - 0.02", "accuracy >= 0.9", "duration_h < 10", "energy_mj <= 1 kWh" (converted to the
/// column's unit). "under 8 h", "under 1 kWh" and "under 2 kg" mean the only column of that dimension, and so
/// do the names "energy", "time", "duration", "emissions" and "co2". `names` lists the existing columns.
/// invalid with the reason.
[[nodiscard]] Result<Constraint> parse_constraint(std::string_view text,
                                                  std::span<const std::string> columns);

/// `best` is the best value of the column over all alternatives that may be chosen.
[[nodiscard]] bool holds(const Constraint& constraint, double value, double best);

}  // namespace joulecast::tradeoff
