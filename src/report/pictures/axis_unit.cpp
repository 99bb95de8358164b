#include "report/pictures/axis_unit.hpp"

#include <array>
#include <span>
#include <string_view>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {
namespace {

struct Step {
  double size;
  std::string_view symbol;
};
constexpr std::array<Step, 5> energy_steps{{{1e9, "GJ"}, {1e6, "MJ"}, {1e3, "kJ"}, {1, "J"}, {1e-3, "mJ"}}};
constexpr std::array<Step, 3> time_steps{{{3600, "h"}, {60, "min"}, {1, "s"}}};
constexpr std::array<Step, 3> power_steps{{{1e6, "MW"}, {1e3, "kW"}, {1, "W"}}};

/// The largest step of which there are at least two.
AxisUnit with_step(const std::string& name, double largest, std::span<const Step> steps) {
  const auto* chosen = &steps.back();
  for (const auto& step : steps)
    if (largest >= 2 * step.size) {
      chosen = &step;
      break;
    }
  return {name + ", " + std::string(chosen->symbol), chosen->size};
}

/// "gpu_energy" as "GPU energy"
std::string words_of(std::string_view column) {
  std::string text;
  for (const auto part : split(column, '_')) {
    const auto word = to_lower(part);
    const bool short_name = word == "gpu" || word == "cpu" || word == "dram" || word == "pue";
    if (!text.empty()) text += ' ';
    if (short_name)
      for (const char c : part) text += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    else
      text += part;
  }
  return text;
}

struct NamedUnit {
  std::string_view ending;
  std::string_view symbol;
};
constexpr std::array<NamedUnit, 5> other_units{
    {{"_w", "W"}, {"_pct", "%"}, {"_mib", "MiB"}, {"_mb", "MB"}, {"_hz", "Hz"}}};

}  // namespace

AxisUnit energy_axis(const std::string& name, double largest) {
  return with_step(name, largest, energy_steps);
}

AxisUnit time_axis(const std::string& name, double largest) {
  return with_step(name, largest, time_steps);
}

AxisUnit power_axis(const std::string& name, double largest) {
  return with_step(name, largest, power_steps);
}

AxisUnit axis_unit(const std::string& column, double largest) {
  const auto unit = tradeoff::unit_of_column(column);
  if (unit.symbol.empty()) {
    const auto lower = to_lower(column);
    for (const auto& known : other_units)
      if (lower.ends_with(known.ending) && lower.size() > known.ending.size())
        return {words_of(column.substr(0, column.size() - known.ending.size())) + ", " +
                std::string(known.symbol)};
    return {words_of(column)};
  }
  // What follows the unit, such as _with_pue, stays in the name.
  std::string name;
  bool dropped = false;
  const auto parts = split(column, '_');
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (!dropped && to_lower(parts[i]) == to_lower(unit.symbol == "µJ" ? "uj" : unit.symbol)) {
      dropped = true;
      continue;
    }
    name = name.empty() ? std::string(parts[i]) : std::string(parts[i]) + "_" + name;
  }
  name = words_of(name);
  // Only plain joules and seconds may be scaled: a column in kWh was chosen to be in kWh.
  if (unit.factor == 1 && unit.dimension == tradeoff::Dimension::energy) return energy_axis(name, largest);
  if (unit.factor == 1 && unit.dimension == tradeoff::Dimension::time) return time_axis(name, largest);
  return {name + ", " + unit.symbol};
}

AxisUnit median_axis(const std::string& column, double largest) {
  auto axis = axis_unit(column, largest);
  axis.label.insert(name_of_column(column).size(), ", median");
  return axis;
}

std::string name_of_column(const std::string& column) {
  const auto label = axis_unit(column, 0).label;
  return label.substr(0, label.rfind(", "));
}

}  // namespace joulecast::report
