// Units of columns and of user input: a column "energy_mj" is in megajoules, and "8 h" is a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::tradeoff {

enum class Dimension { plain, energy, time, emissions };

/// The unit of a column: value x `factor` is in joules, seconds or grams of CO2e.
struct ColumnUnit {
  Dimension dimension = Dimension::plain;
  double factor = 1;
  std::string symbol;  ///< "MJ"; "" for plain
};

/// Derived from the last part of the name: j, kj, mj (mega), gj, uj (micro), wh, kwh, mwh (mega); s, ms, min,
/// h; g, kg. A suffix such as `_with_pue` after the unit is ignored. plain if the name has no unit.
[[nodiscard]] ColumnUnit unit_of_column(std::string_view column);

struct Quantity {
  double value = 0;  ///< in joules, seconds or grams; without a unit as typed
  Dimension dimension = Dimension::plain;
};

/// Parses "1 kWh", "8h", "2.5 kg", "0.9" and "90 %" (= 0.9).
[[nodiscard]] std::optional<Quantity> parse_quantity(std::string_view text);

/// The value in the column's unit as text: "0.386 MJ", "0.977".
[[nodiscard]] std::string with_unit(double value, const ColumnUnit& unit);

}  // namespace joulecast::tradeoff
