#include "session/tables/alternatives.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_map>

#include "base/text.hpp"
#include "session/tables/repeated_rows.hpp"
#include "session/tables/row_filter.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::session {
namespace {

constexpr std::size_t most_alternatives = 20'000;

Result<std::vector<std::size_t>> positions(const RunTable& table, const std::vector<std::string>& columns) {
  std::vector<std::size_t> result;
  for (const auto& column : columns) {
    const auto position = table.column(column);
    if (!position) return propagate(position.error());
    result.push_back(*position);
  }
  return result;
}

/// Rows that pass the filters and have a value for every key. If requested, rows that repeat another are left
/// out.
Result<std::vector<std::size_t>> usable_rows(const RunTable& table, const AlternativesRequest& request,
                                             const std::vector<std::size_t>& keys, Alternatives& result) {
  const auto filter = RowFilter::make(table, request.only);
  if (!filter) return propagate(filter.error());
  const auto repeated = repeated_rows(table);
  const std::set<std::size_t> skipped(repeated.begin(), repeated.end());
  std::vector<std::size_t> rows;
  std::size_t nameless = 0;
  std::size_t doubled = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!filter->passes(table, row)) continue;
    const auto unnamed = std::ranges::find_if(keys, [&](auto key) { return table.missing(row, key); });
    if (unnamed != keys.end()) {
      table.note_without_label(result.left_out, row, *unnamed);
      ++nameless;
      continue;
    }
    if (skipped.count(row) > 0) {
      ++doubled;
      if (request.distinct) continue;
    }
    rows.push_back(row);
  }
  if (nameless > 0 && !table.of_runs())
    result.warnings.push_back(fmt::format("{} rows do not name what they ran and are left out", nameless));
  if (doubled > 0)
    result.warnings.push_back(fmt::format(
        "{} rows repeat another row in every column but the identifier{}", doubled,
        request.distinct ? " and are left out" : ": the same runs listed twice; --distinct leaves them out"));
  if (rows.empty()) {
    Error error{ErrorKind::invalid,
                fmt::format("no row is left{}", request.only.empty() ? "" : " after `only`"), table.source()};
    return propagate(with_reasons(std::move(error), result.left_out));
  }
  return rows;
}

void warn_of_mixed_tasks(const RunTable& table, const Alternatives& result,
                         std::vector<std::string>& warnings) {
  const auto dataset = table.column("dataset");
  if (!dataset || std::find(result.keys.begin(), result.keys.end(), "dataset") != result.keys.end()) return;
  std::set<std::string_view> names;
  for (const auto& rows : result.rows)
    for (const auto row : rows) names.insert(table.text(row, *dataset));
  if (names.size() > 1)
    warnings.push_back(
        fmt::format("figures of {} datasets are mixed: --only dataset=... keeps to one", names.size()));
}

bool says_anything(const RunTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.text(row, column).empty()) return true;
  return false;
}

}  // namespace

std::vector<std::string> default_keys(const RunTable& table) {
  std::vector<std::string> keys;
  std::vector<std::size_t> columns;
  std::size_t told_apart = 1;
  std::string first;
  for (const char* name : {"architecture", "network", "model", "framework", "gpu", "gpu_count", "batch_size",
                           "optimizer", "power_limit_w"}) {
    const auto column = table.column(name);
    if (!column || !says_anything(table, *column)) continue;
    if (first.empty()) first = name;
    columns.push_back(*column);
    std::set<std::string> seen;
    for (std::size_t row = 0; row < table.rows() && seen.size() <= most_alternatives; ++row) {
      std::string joined;
      for (const auto c : columns) joined += std::string(table.text(row, c)) + '\x1f';
      seen.insert(std::move(joined));
    }
    if (seen.size() > told_apart) {
      told_apart = seen.size();
      keys.emplace_back(name);
    } else {
      columns.pop_back();
    }
  }
  if (keys.empty() && !first.empty()) keys.push_back(first);  // there is only one alternative
  // Runs that tell nothing of what they trained are told apart as their user named them.
  if (const auto name = table.column("name"); keys.empty() && name && says_anything(table, *name))
    keys.emplace_back("name");
  return keys;
}

Result<Alternatives> alternatives_of(const RunTable& table, const AlternativesRequest& request,
                                     const std::vector<std::string>& columns) {
  Alternatives result;
  result.left_out = table.left_out();
  result.warnings = table.warnings();
  result.keys = request.group.empty() ? default_keys(table) : request.group;
  if (result.keys.empty()) {
    return fail(ErrorKind::invalid, table.source(),
                "no column tells alternatives apart by a usual name; name one with `group` ({})",
                fmt::join(table.columns(), ", "));
  }
  const auto keys = positions(table, result.keys);
  if (!keys) return propagate(keys.error());
  const auto wanted = positions(table, columns);
  if (!wanted) return propagate(wanted.error());
  const auto rows = usable_rows(table, request, *keys, result);
  if (!rows) return propagate(rows.error());

  std::unordered_map<std::string, std::size_t> numbers;
  for (const auto row : *rows) {
    std::vector<std::string> labels;
    for (const auto key : *keys) labels.emplace_back(table.text(row, key));
    const auto [entry, fresh] =
        numbers.try_emplace(fmt::format("{}", fmt::join(labels, "\x1f")), result.items.size());
    if (fresh) {
      if (result.items.size() == most_alternatives) {
        return fail(ErrorKind::invalid, table.source(),
                    "{} make more than {} alternatives: is one a measurement or an identifier?",
                    fmt::join(result.keys, ", "), most_alternatives);
      }
      result.items.push_back({std::move(labels), Provenance::measured, 0, {}, {}});
      result.rows.emplace_back();
    }
    auto& alternative = result.items[entry->second];
    ++alternative.runs;
    result.rows[entry->second].push_back(row);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto cell = table.series(row, (*wanted)[c]);
      if (!cell) return propagate(cell.error());
      if (cell->empty()) table.note_without_figure(result.left_out, row, (*wanted)[c]);
      auto& values = alternative.values[columns[c]];
      if (values.size() < alternative.runs)  // a column that was requested twice is read once
        values.push_back(cell->empty() ? std::numeric_limits<double>::quiet_NaN()
                                       : *std::max_element(cell->begin(), cell->end()));
    }
  }
  warn_of_mixed_tasks(table, result, result.warnings);
  return result;
}

std::size_t affordable_resamples(std::size_t wanted, std::size_t alternatives) {
  return std::clamp<std::size_t>(200'000 / std::max<std::size_t>(1, alternatives), 100, wanted);
}

Result<std::string> energy_column(const RunTable& table, std::string_view field) {
  for (const char* name :
       {"energy_j", "gpu_energy_j", "energy_kj", "energy_mj", "energy_kwh", "energy_kwh_with_pue"})
    if (table.has(name)) return std::string(name);
  std::vector<std::string> energies;
  for (const auto& column : table.columns())
    if (tradeoff::unit_of_column(column).dimension == tradeoff::Dimension::energy) energies.push_back(column);
  if (energies.size() == 1) return energies[0];
  return fail(ErrorKind::invalid, table.source(),
              "cannot tell which column holds the energy{}{}; name one with `{}`",
              energies.empty() ? "" : ": ", fmt::join(energies, " or "), field);
}

}  // namespace joulecast::session
