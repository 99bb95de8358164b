#include "formats/support/log_units.hpp"

#include <algorithm>
#include <array>
#include <string>

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
    {"uJ", Quantity::energy, 1e-6},
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

/// "1,234,567.8" and "200,000" without the commas between thousands; nothing for any other text.
std::optional<std::string> without_thousands(std::string_view cell) {
  const auto comma = cell.find(',');
  const std::size_t begin = cell.starts_with('-') || cell.starts_with('+') ? 1 : 0;
  if (comma == std::string_view::npos || comma == begin || comma > begin + 3) return std::nullopt;
  if (cell[begin] == '0') return std::nullopt;  // "0,200" has a decimal comma
  std::string number(cell.substr(0, comma));
  auto rest = cell.substr(comma);
  while (rest.starts_with(',')) {
    const auto digits = rest.substr(1, 3);
    if (digits.size() < 3 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    number += digits;
    rest.remove_prefix(4);
  }
  if (!std::ranges::all_of(number.substr(begin), is_digit) || (!rest.empty() && is_digit(rest.front())))
    return std::nullopt;
  return number + std::string(rest);
}

/// "1'500.0" and "1 500.0" (also with a narrow blank or one that does not break) with commas instead.
std::string with_commas(std::string_view cell) {
  std::string text(cell);
  for (const std::string_view sign : {"'", "\u2019", "\u00a0", "\u202f", " "})
    for (auto at = text.find(sign, 1); at != std::string::npos; at = text.find(sign, at + 1)) {
      const auto behind = text.substr(at + sign.size(), 3);
      const bool between =
          is_digit(text[at - 1]) && behind.size() == 3 && std::ranges::all_of(behind, is_digit);
      if (between) text.replace(at, sign.size(), ",");
    }
  return text;
}

std::optional<CellValue> parse_plain(std::string_view cell) {
  const char* const end = cell.data() + cell.size();
  CellValue value;
  const bool plus = cell.size() > 1 && cell[0] == '+' && is_digit(cell[1]);
  const char* const rest = read_number(cell.data() + (plus ? 1 : 0), end, value.number);
  if (rest == nullptr) return std::nullopt;
  value.unit = trim({rest, static_cast<std::size_t>(end - rest)});
  return value;
}

}  // namespace

std::optional<double> log_unit_factor(Quantity quantity, std::string_view unit) {
  if (quantity == Quantity::memory_utilisation) quantity = Quantity::utilisation;
  for (const auto& known : units)
    if (known.text == unit && known.quantity == quantity) return known.factor;
  return std::nullopt;
}

std::optional<CellValue> parse_cell(std::string_view cell) {
  cell = trim(cell);
  if (cell.empty()) return std::nullopt;
  auto number = without_thousands(cell);
  const bool is_ascii_number = cell.find_first_of("' \xc2\xe2") == std::string_view::npos;
  if (!number && !is_ascii_number && cell.find(',') == std::string_view::npos)
    number = without_thousands(with_commas(cell));
  if (!number) return parse_plain(cell);
  auto value = parse_plain(*number);
  if (value) value->unit = cell.substr(cell.size() - value->unit.size());  // of the text that stays
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
