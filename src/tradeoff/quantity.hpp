// Units of columns and of what people type: "energy_mj" is in megajoules, "8 h" is a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::tradeoff {

enum class Dimension { plain, energy, time, emissions };

/// How a column counts: its value times `factor` is in joules, seconds or grams of CO2e.
struct ColumnUnit {
  Dimension dimension = Dimension::plain;
  double factor = 1;
  std::string symbol;  ///< "MJ"; "" for plain
};

/// From the name's last part: j, kj, mj (mega), gj, uj (micro), wh, kwh, mwh (mega); s, ms, min, h; g, kg.
/// `_with_pue` and the like behind the unit are looked through. plain where the name says nothing.
[[nodiscard]] ColumnUnit unit_of_column(std::string_view column);

struct Quantity {
  double value = 0;  ///< in joules, seconds or grams; or as typed
  Dimension dimension = Dimension::plain;
};

/// "1 kWh", "8h", "2.5 kg", "0.9", "90 %" (= 0.9).
[[nodiscard]] std::optional<Quantity> parse_quantity(std::string_view text);

/// The value in the column's own unit, for people: "0.386 MJ", "0.977".
[[nodiscard]] std::string with_unit(double value, const ColumnUnit& unit);

}  // namespace joulecast::tradeoff
