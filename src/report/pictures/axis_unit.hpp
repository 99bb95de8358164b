// Names of columns as names of axes, with their units, for pictures and tables.
#pragma once

#include <string>

namespace joulecast::report {

/// The name of an axis, "GPU energy, MJ", and by what the column's values are divided for it.
struct AxisUnit {
  std::string label;
  double divisor = 1;
};

/// `largest` is the largest value in the column's own unit: it decides between J, kJ and MJ, or s, min and h.
[[nodiscard]] AxisUnit axis_unit(const std::string& column, double largest);
/// The same of medians: "GPU energy, median, MJ".
[[nodiscard]] AxisUnit median_axis(const std::string& column, double largest);
/// Without its unit: "GPU energy".
[[nodiscard]] std::string name_of_column(const std::string& column);

/// For values in joules: "energy, kWh" reads badly for small runs, so it is J, kJ, MJ or GJ.
[[nodiscard]] AxisUnit energy_axis(const std::string& name, double largest_joules);
[[nodiscard]] AxisUnit time_axis(const std::string& name, double largest_seconds);
[[nodiscard]] AxisUnit power_axis(const std::string& name, double largest_watts);

}  // namespace joulecast::report
