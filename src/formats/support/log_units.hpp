// Units as programs write them in headings and cells.
#pragma once

#include <optional>
#include <string_view>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// Base units per `unit` ("W", "mW", "MiB", "%", "MHz" …); nothing if the unit does not fit the quantity.
/// Upper and lower case count, as mW and MW differ.
[[nodiscard]] std::optional<double> log_unit_factor(trace::Quantity quantity, std::string_view unit);

/// A cell such as "200.00 W", "97 %", "61C", "12.5" or "200,000". The unit is empty if there is none.
struct CellValue {
  double number = 0;
  std::string_view unit;
};
/// Nothing if the cell does not begin with a number.
[[nodiscard]] std::optional<CellValue> parse_cell(std::string_view cell);

/// Whether a cell says that there is no value: "N/A", "[Not Supported]", "-", "nan", empty …
[[nodiscard]] bool is_no_value(std::string_view cell);

}  // namespace joulecast::formats
