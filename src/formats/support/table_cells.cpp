#include "formats/support/table_cells.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/text.hpp"
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
  if (const auto text = trim(cell); text.empty() || equals_ignoring_case(text, "nan")) return SampleImport::empty_cell;
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
    return fmt::format("{} has no unit: --columns time=…,{}={} says that it is in {}", heading,
                       energy ? "energy_j" : "power_w", columns_.place_or_name(column),
                       energy ? "joules" : "watts");
  return fmt::format("{}: \"{}\" is not a number of this kind", heading, cell.substr(0, longest_told));
}

}  // namespace joulecast::formats
