#include "tradeoff/quantity.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"

namespace joulecast::tradeoff {
namespace {

struct Named {
  std::string_view name;
  ColumnUnit unit;
};

const std::array<Named, 15>& column_units() {
  static const std::array<Named, 15> units{{{"j", {Dimension::energy, 1, "J"}},
                                            {"kj", {Dimension::energy, 1e3, "kJ"}},
                                            {"mj", {Dimension::energy, 1e6, "MJ"}},
                                            {"gj", {Dimension::energy, 1e9, "GJ"}},
                                            {"uj", {Dimension::energy, 1e-6, "µJ"}},
                                            {"wh", {Dimension::energy, 3600, "Wh"}},
                                            {"kwh", {Dimension::energy, 3.6e6, "kWh"}},
                                            {"mwh", {Dimension::energy, 3.6e9, "MWh"}},
                                            {"s", {Dimension::time, 1, "s"}},
                                            {"ms", {Dimension::time, 1e-3, "ms"}},
                                            {"min", {Dimension::time, 60, "min"}},
                                            {"h", {Dimension::time, 3600, "h"}},
                                            {"g", {Dimension::emissions, 1, "g"}},
                                            {"kg", {Dimension::emissions, 1e3, "kg"}},
                                            {"t", {Dimension::emissions, 1e6, "t"}}}};
  return units;
}

}  // namespace

ColumnUnit unit_of_column(std::string_view column) {
  auto parts = split(column, '_');
  if (parts.size() < 2) return {};
  for (auto part = parts.rbegin(); part != parts.rend() - 1; ++part) {
    const auto name = to_lower(*part);
    for (const auto& known : column_units())
      if (known.name == name) return known.unit;
    if (name != "pue" && name != "with") break;
  }
  return {};
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = trim(text);
  if (const auto plain = parse_double(text)) return Quantity{*plain, Dimension::plain};
  if (text.ends_with('%')) {
    const auto percent = parse_double(trim(text.substr(0, text.size() - 1)));
    return percent ? std::optional(Quantity{*percent / 100, Dimension::plain}) : std::nullopt;
  }
  if (const auto energy = parse_energy(text)) return Quantity{energy->value(), Dimension::energy};
  if (const auto time = parse_duration(text)) return Quantity{time->value(), Dimension::time};
  const auto unit_at = text.find_last_of("0123456789. ");
  if (unit_at == std::string_view::npos) return std::nullopt;
  const auto number = parse_double(trim(text.substr(0, unit_at + 1)));
  const auto unit = to_lower(trim(text.substr(unit_at + 1)));
  if (!number) return std::nullopt;
  if (unit == "g") return Quantity{*number, Dimension::emissions};
  if (unit == "kg") return Quantity{*number * 1e3, Dimension::emissions};
  return std::nullopt;
}

std::string with_unit(double value, const ColumnUnit& unit) {
  return unit.symbol.empty() ? fmt::format("{:.4g}", value) : fmt::format("{:.4g} {}", value, unit.symbol);
}

}  // namespace joulecast::tradeoff
