#include "formats/support/table_cells.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/heading_words.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/number_style.hpp"
#include "formats/support/sample_import.hpp"

namespace joulecast::formats {
namespace {

using trace::Quantity;

constexpr std::size_t longest_told = 40;

/// Base units for a number with a unit; dividing by 100 gives exactly 0.37 for 37 %, multiplying by 0.01
/// would not.
double scaled(double number, double factor) {
  return factor < 1 ? number / std::round(1 / factor) : number * factor;
}

/// Thousandths and less of a watt or a joule are written as whole numbers.
bool is_written_whole(Quantity quantity, std::string_view unit) {
  constexpr double milli = 1e-3;
  const auto factor = log_unit_factor(quantity, unit);
  return factor && *factor <= milli;
}

}  // namespace

tl::expected<double, std::string> TableCells::value_of(std::size_t column, std::string_view cell,
                                                       CommaIn comma) {
  if (const auto text = trim(cell); text.empty() || equals_ignoring_case(text, "nan"))
    return SampleImport::empty_cell;
  if (is_no_value(cell)) return std::numeric_limits<double>::quiet_NaN();
  const auto& meaning = columns_[column].meaning;
  const auto value = parse_cell(cell);
  const auto unit = value && !value->unit.empty() ? value->unit : std::string_view(meaning.unit);
  const auto factor = log_unit_factor(meaning.quantity, unit);
  if (!value || !factor) return tl::unexpected(why_unusable(column, cell, unit));
  if (!is_written_whole(meaning.quantity, unit) && may_mean_either(column, cell, comma))
    return tl::unexpected(fmt::format(
        "{}: \"{}\" may have decimals or thousands: --comma decimals or --comma thousands says which",
        columns_[column].heading, trim(cell).substr(0, longest_told)));
  return scaled(value->number, *factor);
}

/// Who writes three decimals writes them in every number of a column. Of other quantities than power and
/// energy a wrong number is seen at once.
bool TableCells::may_mean_either(std::size_t column, std::string_view cell, CommaIn comma) {
  const auto quantity = columns_[column].meaning.quantity;
  if (quantity != Quantity::power && quantity != Quantity::energy) return false;
  if (comma != CommaIn::not_known || !has_ambiguous_comma(cell)) {
    has_plain_number_.insert(column);
    return false;
  }
  return !has_plain_number_.contains(column);
}

std::string TableCells::why_unusable(std::size_t column, std::string_view cell, std::string_view unit) const {
  const auto& [heading, meaning] = columns_[column];
  const bool energy = meaning.quantity == Quantity::energy;
  if (unit == "MW" || unit == "MJ")
    return fmt::format("{} would be mega: --columns time=…,{}={} says that it is milli", heading,
                       unit == "MW" ? "power_mw" : "energy_mj", columns_.place_or_name(column));
  if (parse_cell(cell) && unit.empty())
    return energy ? fmt::format("{} has no unit: --columns time=…,energy_j={} says that it is in joules",
                                heading, columns_.place_or_name(column))
                  : no_unit_of_power(column, parse_cell(cell)->number);
  return fmt::format("{}: \"{}\" is not a number of this kind", heading, cell.substr(0, longest_told));
}

/// The option that says the units of all powers that have none, in milliwatts where they can be nothing else.
std::string TableCells::no_unit_of_power(std::size_t column, double number) const {
  constexpr double most_watts = 2000;
  constexpr std::size_t most_told = 8;
  const std::string_view unit = number > most_watts ? "mw" : "w";
  std::string roles;
  std::size_t told = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& meaning = columns_[i].meaning;
    const bool lacks = meaning.role == Meaning::Role::measure && meaning.quantity == Quantity::power &&
                       meaning.unit.empty() && meaning.rail.empty();
    if (!lacks) continue;
    const HeadingWords words(columns_[i].heading);
    if (words.any({"all", "sum", "combined"})) continue;  // of the others
    const bool numbered = !meaning.device.empty() && is_digit(meaning.device.front());
    const std::string_view kind = meaning.component != trace::Component::other
                                      ? trace::name_of(meaning.component)
                                  : numbered ? "device"
                                             : "";
    if (told++ >= most_told) break;
    const auto place = meaning.device.empty() && kind.empty() ? "" : "_";
    roles += fmt::format(",{}{}{}power_{}={}", kind, meaning.device, place, unit, columns_.place_or_name(i));
  }
  if (roles.empty()) roles = fmt::format(",power_{}={}", unit, columns_.place_or_name(column));
  return fmt::format("{} has no unit: --columns time=…{} says that it is in {}watts",
                     columns_[column].heading, roles, unit == "mw" ? "milli" : "");
}

}  // namespace joulecast::formats
