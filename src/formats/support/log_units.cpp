#include "formats/support/log_units.hpp"

#include <algorithm>
#include <array>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "formats/support/decimal.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;

struct UnitOf {
  std::string_view text;
  Quantity quantity;
  double factor;
};
constexpr UnitOf units[] = {
    {"W", Quantity::power, 1},
    {"mW", Quantity::power, 1e-3},
    {"kW", Quantity::power, 1e3},
    {"uW", Quantity::power, 1e-6},
    {"J", Quantity::energy, 1},
    {"mJ", Quantity::energy, 1e-3},
    {"kJ", Quantity::energy, 1e3},
    {"Wh", Quantity::energy, 3600},
    {"kWh", Quantity::energy, joules_per_kilowatt_hour},
    {"%", Quantity::utilisation, 0.01},
    {"MiB", Quantity::memory_used, 1048576},
    {"KiB", Quantity::memory_used, 1024},
    {"GiB", Quantity::memory_used, 1073741824},
    {"B", Quantity::memory_used, 1},
    {"MB", Quantity::memory_used, 1e6},
    {"GB", Quantity::memory_used, 1e9},
    {"C", Quantity::temperature, 1},
    {"°C", Quantity::temperature, 1},
    {"MHz", Quantity::frequency, 1e6},
    {"Mhz", Quantity::frequency, 1e6},
    {"GHz", Quantity::frequency, 1e9},
};

}  // namespace

std::optional<double> log_unit_factor(Quantity quantity, std::string_view unit) {
  if (quantity == Quantity::memory_utilisation) quantity = Quantity::utilisation;
  for (const auto& known : units)
    if (known.text == unit && known.quantity == quantity) return known.factor;
  return std::nullopt;
}

std::optional<CellValue> parse_cell(std::string_view cell) {
  cell = trim(cell);
  const char* const end = cell.data() + cell.size();
  CellValue value;
  if (cell.empty()) return std::nullopt;
  const bool plus = cell.size() > 1 && cell[0] == '+' && is_digit(cell[1]);
  const char* const rest = read_number(cell.data() + (plus ? 1 : 0), end, value.number);
  if (rest == nullptr) return std::nullopt;
  value.unit = trim({rest, static_cast<std::size_t>(end - rest)});
  return value;
}

bool is_no_value(std::string_view cell) {
  cell = trim(cell);
  if (means_missing(cell) || cell == "-" || (cell.front() == '[' && cell.back() == ']')) return true;
  static constexpr std::array<std::string_view, 5> words{"ERR!", "Unknown Error", "Not Supported", "unknown",
                                                         "unavailable"};
  return std::ranges::find(words, cell) != words.end();
}

}  // namespace joulecast::formats
