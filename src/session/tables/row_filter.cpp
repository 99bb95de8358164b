#include "session/tables/row_filter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace joulecast::session {

Result<RowFilter> RowFilter::make(const RunTable& table, const std::vector<std::string>& texts) {
  RowFilter filter;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    const auto values =
        equals == std::string::npos ? std::string_view{} : trim(std::string_view(text).substr(equals + 1));
    if (values.empty()) return fail_field("only", "'{}' is not column=value", text);
    const auto position = table.column(trim(std::string_view(text).substr(0, equals)));
    if (!position) return propagate(position.error());
    Column column{*position, {}};
    for (const auto value : split(values, ',')) {
      if (trim(value).empty()) continue;
      bool whole = false;
      for (std::size_t row = 0; row < table.rows() && !whole; ++row)
        whole = equals_ignoring_case(table.text(row, *position), trim(value));
      column.values.push_back({to_lower(trim(value)), whole});
    }
    filter.columns_.push_back(std::move(column));
  }
  return filter;
}

bool RowFilter::passes(const RunTable& table, std::size_t row) const {
  return std::all_of(columns_.begin(), columns_.end(), [&](const Column& column) {
    const auto cell = to_lower(table.text(row, column.position));
    return std::any_of(column.values.begin(), column.values.end(), [&](const Value& value) {
      return value.whole ? cell == value.text : cell.find(value.text) != std::string::npos;
    });
  });
}

}  // namespace joulecast::session
