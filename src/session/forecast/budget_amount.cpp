// What a budget is: energy, time or money, as people write it.
#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.hpp"
#include "session/forecast/plan_budget.hpp"

namespace joulecast::session {
namespace {

constexpr std::string_view examples = "say 100kWh, 72h, '500 gpu-h' or 2000EUR";

bool belongs_to_number(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+';
}

/// "500 gpu-h", "500gpuh", "500 GPU hours"
std::optional<double> gpu_seconds(std::string_view text) {
  const auto lower = to_lower(text);
  const auto unit = lower.find("gpu");
  if (unit == std::string::npos) return std::nullopt;
  const auto number = parse_double(trim(std::string_view(lower).substr(0, unit)));
  auto rest = lower.substr(unit + 3);
  std::erase_if(rest, [](char c) { return c == '-' || c == ' ' || c == '_'; });
  constexpr std::array<std::string_view, 3> hours{"h", "hour", "hours"};
  if (!number || std::ranges::find(hours, rest) == hours.end()) return std::nullopt;
  return *number * 3600;
}

/// "2000EUR", "$500", "500 €": a number beside anything that is made of letters or a currency's sign.
std::optional<Budget> money(std::string_view text) {
  const auto first = std::ranges::find_if(text, belongs_to_number);
  auto last = first;
  while (last != text.end() && (belongs_to_number(*last) || *last == 'e' || *last == 'E') &&
         (belongs_to_number(*last) || (std::next(last) != text.end() && belongs_to_number(*std::next(last)))))
    ++last;
  const auto number = parse_double(std::string_view(first, last));
  const std::string before(trim(std::string_view(text.begin(), first)));
  const std::string after(trim(std::string_view(last, text.end())));
  const auto& currency = before.empty() ? after : before;
  const bool a_word = std::ranges::all_of(currency, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalpha(byte) != 0 || c == '$' || byte >= 0x80;
  });
  // Three letters of one case (ISO 4217) or a sign: "100 kW", "1 TWh" and "100 Joules" are mistakes.
  const auto capitals = std::ranges::count_if(currency, [](unsigned char c) { return std::isupper(c) != 0; });
  const bool one_case = capitals == 0 || capitals == 3;
  const bool known_form = (currency.size() == 3 && one_case) || currency == "$" ||
                          (!currency.empty() && static_cast<unsigned char>(currency[0]) >= 0x80);
  if (!number || before.empty() == after.empty() || !a_word || !known_form) return std::nullopt;
  return Budget{BudgetKind::money, *number, currency};
}

std::optional<Budget> read_budget(std::string_view text) {
  if (const auto energy = parse_energy(text)) return Budget{BudgetKind::energy, energy->value(), ""};
  if (const auto seconds = gpu_seconds(text)) return Budget{BudgetKind::gpu_time, *seconds, ""};
  if (!parse_double(text))  // a bare number has no unit
    if (const auto duration = parse_duration(text)) return Budget{BudgetKind::time, duration->value(), ""};
  return money(text);
}

}  // namespace

std::string_view name_of(BudgetKind kind) {
  switch (kind) {
    case BudgetKind::energy:
      return "energy";
    case BudgetKind::time:
      return "time";
    case BudgetKind::gpu_time:
      return "gpu_time";
    case BudgetKind::money:
      break;
  }
  return "money";
}

Result<Budget> parse_budget(std::string_view text) {
  text = trim(text);
  const auto budget = read_budget(text);
  if (!budget)
    return fail(ErrorKind::invalid, std::string(text), "not an energy, a time or a sum of money: {}",
                examples);
  constexpr double most = 1e24;  // J; the sum of all that mankind used in a thousand years
  if (!(budget->amount > 0 && budget->amount < most))
    return fail(ErrorKind::invalid, std::string(text), "a budget must be positive and possible");
  return *budget;
}

Result<double> parse_count(std::string_view text, const std::string& field) {
  static constexpr std::array<std::pair<char, double>, 5> units{
      {{'k', 1e3}, {'m', 1e6}, {'b', 1e9}, {'g', 1e9}, {'t', 1e12}}};
  auto number = to_lower(trim(text));
  double scale = 1;
  for (const auto& [letter, factor] : units)
    if (!number.empty() && number.back() == letter) {
      scale = factor;
      number.pop_back();
      break;
    }
  const auto value = parse_double(trim(std::string_view(number)));
  constexpr double most = 1e18;
  if (!value || !(*value * scale >= 1 && *value * scale <= most))
    return fail_field(field, "'{}' is not a number such as 7B, 350M or 7e9, from 1 to {:g}", text, most);
  return *value * scale;
}

}  // namespace joulecast::session
