#include "tradeoff/constraint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace joulecast::tradeoff {
namespace {

constexpr const char* examples =
    "say for example \"f1 >= best - 0.02\", \"under 8 h\" or \"energy <= 1 kWh\"";

Dimension dimension_of_word(std::string_view word) {
  if (equals_ignoring_case(word, "energy")) return Dimension::energy;
  for (const auto* name : {"time", "duration"})
    if (equals_ignoring_case(word, name)) return Dimension::time;
  for (const auto* name : {"emissions", "co2", "co2e"})
    if (equals_ignoring_case(word, name)) return Dimension::emissions;
  return Dimension::plain;
}

std::string_view word_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::energy:
      return "energy";
    case Dimension::time:
      return "time";
    case Dimension::emissions:
      return "emissions";
    case Dimension::plain:
      return "plain numbers";
  }
  return "";
}

Result<std::string> column_of_dimension(Dimension dimension, std::span<const std::string> columns,
                                        std::string_view text) {
  std::vector<std::string> fitting;
  for (const auto& column : columns)
    if (unit_of_column(column).dimension == dimension) fitting.push_back(column);
  if (fitting.size() == 1) return fitting[0];
  if (fitting.empty())
    return fail(ErrorKind::invalid, std::string(text), "no column holds {}; there are {}", word_of(dimension),
                fmt::join(columns, ", "));
  return fail(ErrorKind::invalid, std::string(text), "{} could be {}: name the column", word_of(dimension),
              fmt::join(fitting, " or "));
}

Result<std::string> column_named(std::string_view name, std::span<const std::string> columns,
                                 std::string_view text) {
  for (const auto& column : columns)
    if (column == name) return column;
  for (const auto& column : columns)
    if (equals_ignoring_case(column, name)) return column;
  if (const auto dimension = dimension_of_word(name); dimension != Dimension::plain)
    return column_of_dimension(dimension, columns, text);
  return fail(ErrorKind::invalid, std::string(text), "no column {}; there are {}", name,
              fmt::join(columns, ", "));
}

/// Converts the limit to the column's unit.
Result<double> in_unit_of(const std::string& column, Quantity quantity, std::string_view text) {
  const auto unit = unit_of_column(column);
  if (quantity.dimension == Dimension::plain) return quantity.value;
  if (unit.dimension != quantity.dimension) {
    return fail(ErrorKind::invalid, std::string(text), "{} counts {}, the limit is one of {}", column,
                word_of(unit.dimension), word_of(quantity.dimension));
  }
  return quantity.value / unit.factor;
}

struct Sign {
  std::string_view text;
  Relation relation;
};
constexpr std::array<Sign, 6> signs{{{">=", Relation::at_least},
                                     {"<=", Relation::at_most},
                                     {"=>", Relation::at_least},
                                     {"=<", Relation::at_most},
                                     {">", Relation::above},
                                     {"<", Relation::below}}};

Result<Constraint> parse_under(std::string_view text, std::string_view limit,
                               std::span<const std::string> columns) {
  const auto quantity = parse_quantity(limit);
  if (!quantity || quantity->dimension == Dimension::plain) {
    return fail(ErrorKind::invalid, std::string(text), "'{}' has no unit of energy, time or emissions; {}",
                limit, examples);
  }
  const auto column = column_of_dimension(quantity->dimension, columns, text);
  if (!column) return propagate(column.error());
  const auto value = in_unit_of(*column, *quantity, text);
  if (!value) return propagate(value.error());
  return Constraint{std::string(text), *column, Relation::below, false, *value};
}

/// Parses "best", "best - 0.02", "best + 3".
Result<double> parse_offset(std::string_view rest, const std::string& column, std::string_view text) {
  if (rest.empty()) return 0.0;
  const auto quantity = parse_quantity(trim(rest.substr(1)));
  if ((rest[0] != '-' && rest[0] != '+') || !quantity)
    return fail(ErrorKind::invalid, std::string(text), "cannot read 'best {}'; {}", rest, examples);
  const auto value = in_unit_of(column, *quantity, text);
  if (!value) return value;
  return rest[0] == '-' ? -*value : *value;
}

}  // namespace

Result<Constraint> parse_constraint(std::string_view text, std::span<const std::string> columns) {
  text = trim(text);
  if (to_lower(text).starts_with("under ")) return parse_under(text, trim(text.substr(6)), columns);
  for (const auto& sign : signs) {
    const auto at = text.find(sign.text);
    if (at == std::string_view::npos) continue;
    const auto column = column_named(trim(text.substr(0, at)), columns, text);
    if (!column) return propagate(column.error());
    const auto right = trim(text.substr(at + sign.text.size()));
    Constraint constraint{std::string(text), *column, sign.relation, false, 0};
    constraint.relative_to_best = to_lower(right).starts_with("best");
    const auto quantity = parse_quantity(right);
    if (!constraint.relative_to_best && !quantity)
      return fail(ErrorKind::invalid, std::string(text), "'{}' is not a limit; {}", right, examples);
    const auto limit = constraint.relative_to_best ? parse_offset(trim(right.substr(4)), *column, text)
                                                   : in_unit_of(*column, *quantity, text);
    if (!limit) return propagate(limit.error());
    constraint.limit = *limit;
    return constraint;
  }
  return fail(ErrorKind::invalid, std::string(text), "is not a requirement; {}", examples);
}

bool holds(const Constraint& constraint, double value, double best) {
  const double limit = constraint.limit + (constraint.relative_to_best ? best : 0);
  // 0.98 - 0.02 must count as 0.96 despite rounding
  const double slack = 1e-12 * std::max(1.0, std::max(limit, -limit));
  switch (constraint.relation) {
    case Relation::at_least:
      return value >= limit - slack;
    case Relation::above:
      return value > limit;
    case Relation::at_most:
      return value <= limit + slack;
    case Relation::below:
      return value < limit;
  }
  return false;
}

}  // namespace joulecast::tradeoff
