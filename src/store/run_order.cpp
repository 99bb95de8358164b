#include "store/run_order.hpp"

#include <algorithm>

namespace joulecast::store {

bool comes_before(const RunRow& a, const RunRow& b, const RunQuery& query) {
  const auto by = [&](const auto& left, const auto& right) {
    if (!left || !right) return left.has_value() && !right.has_value();
    return query.descending ? *left > *right : *left < *right;
  };
  const auto ended_duration = [](const RunRow& row) {
    return row.status == trace::RunStatus::running ? std::nullopt : std::optional(row.duration);
  };
  const auto ended_energy = [](const RunRow& row) {
    return row.status == trace::RunStatus::running ? std::nullopt : row.energy;
  };
  switch (query.sorting) {
    case RunSorting::energy:
      return by(ended_energy(a), ended_energy(b));
    case RunSorting::duration:
      return by(ended_duration(a), ended_duration(b));
    case RunSorting::name:
      return query.descending ? a.name > b.name : a.name < b.name;
    case RunSorting::started:
      break;
  }
  return by(a.started, b.started);
}

void take_part(std::vector<RunRow>& rows, const RunQuery& query) {
  std::ranges::stable_sort(rows, [&](const RunRow& a, const RunRow& b) { return comes_before(a, b, query); });
  const auto skipped = std::min(query.offset, rows.size());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(skipped));
  if (query.limit && rows.size() > *query.limit) rows.resize(*query.limit);
}

}  // namespace joulecast::store
