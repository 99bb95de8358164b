#include "session/tables/repeated_rows.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "base/text.hpp"

namespace joulecast::session {
namespace {

bool all_different(const RunTable& table, std::size_t column) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!seen.insert(table.text(row, column)).second) return false;
  return true;
}

bool is_measured(std::string_view cell) {
  return cell.find('.') != std::string_view::npos && parse_double(cell).has_value();
}

/// The columns to compare: all but the identifiers.
std::vector<std::size_t> compared_columns(const RunTable& table) {
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.columns().size(); ++c)
    if (!all_different(table, c)) columns.push_back(c);
  return columns;
}

}  // namespace

std::vector<std::size_t> repeated_rows(const RunTable& table) {
  if (table.columns().size() < 4) return {};
  const auto columns = compared_columns(table);
  if (columns.size() < 3) return {};
  const auto hash = [&](std::size_t row) {
    std::size_t h = 0;
    for (const auto c : columns)
      h = h * 0x9e3779b97f4a7c15U + std::hash<std::string_view>{}(table.text(row, c));
    return h;
  };
  const auto same = [&](std::size_t a, std::size_t b) {
    return std::all_of(columns.begin(), columns.end(),
                       [&](auto c) { return table.text(a, c) == table.text(b, c); });
  };
  const auto measured = [&](std::size_t row) {
    return std::count_if(columns.begin(), columns.end(),
                         [&](auto c) { return is_measured(table.text(row, c)); });
  };
  std::unordered_set<std::size_t, decltype(hash), decltype(same)> seen(table.rows(), hash, same);
  std::vector<std::size_t> repeated;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!seen.insert(row).second && measured(row) >= 3) repeated.push_back(row);
  return repeated;
}

}  // namespace joulecast::session
