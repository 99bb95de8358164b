#include "session/tables/compare_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "session/tables/alternatives.hpp"
#include "session/tables/repeated_rows.hpp"
#include "session/tables/row_filter.hpp"

namespace joulecast::session {
namespace {

/// Numbers names in the order of their first appearance.
class Levels {
 public:
  std::uint32_t number_of(std::string_view name) {
    const auto [entry, fresh] =
        numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.emplace_back(name);
    return entry->second;
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> names_;
};

struct Observations {
  std::vector<double> values;
  std::vector<std::uint32_t> group;
  std::vector<std::uint32_t> by;  ///< empty if there is no second factor
  Levels groups;
  Levels levels;
};

void note_repeated(const RunTable& table, const CompareRequest& request,
                   const std::vector<std::size_t>& repeated, Comparison& result) {
  if (repeated.empty()) return;
  result.warnings.push_back(
      fmt::format("{} rows repeat another row in every column but the identifier (the first at {}){}",
                  repeated.size(), table.where(repeated[0]),
                  request.distinct ? " and are left out"
                                   : ": the same runs listed twice make the result look surer than it is; "
                                     "--distinct leaves them out"));
}

Result<Observations> observations_of(const RunTable& table, const CompareRequest& request,
                                     Comparison& result) {
  const auto value = table.column(result.value);
  if (!value) return propagate(value.error());
  const auto group = table.column(request.group);
  if (!group) return propagate(group.error());
  const auto by = request.by.empty() ? Result<std::size_t>(0) : table.column(request.by);
  if (!by) return propagate(by.error());
  if (!request.by.empty() && *by == *group) return fail_field("by", "is the same column as `group`");
  const auto filter = RowFilter::make(table, request.only);
  if (!filter) return propagate(filter.error());
  const auto repeated = repeated_rows(table);
  note_repeated(table, request, repeated, result);
  Observations observations;
  auto skip = request.distinct ? repeated.begin() : repeated.end();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (skip != repeated.end() && *skip == row) {
      ++skip;
      continue;
    }
    if (!filter->passes(table, row)) continue;
    const auto number = table.number(row, *value);
    if (!number) return propagate(number.error());
    if (!*number) {
      ++result.without_value;
      table.note_without_figure(result.left_out, row, *value);
      continue;
    }
    const bool unnamed = table.missing(row, *group);
    if (unnamed || (!request.by.empty() && table.missing(row, *by))) {
      ++result.without_group;
      table.note_without_label(result.left_out, row, unnamed ? *group : *by);
      continue;
    }
    observations.values.push_back(**number);
    observations.group.push_back(observations.groups.number_of(table.text(row, *group)));
    if (!request.by.empty()) observations.by.push_back(observations.levels.number_of(table.text(row, *by)));
  }
  return observations;
}

/// The groups of all observations, or of the observations at one level of the second factor.
std::vector<stats::LabelledGroup> grouped(const Observations& all, std::optional<std::uint32_t> level = {}) {
  std::vector<stats::LabelledGroup> groups;
  for (const auto& name : all.groups.names()) groups.push_back({name, {}});
  for (std::size_t i = 0; i < all.values.size(); ++i)
    if (!level || all.by[i] == *level) groups[all.group[i]].values.push_back(all.values[i]);
  std::erase_if(groups, [](const auto& group) { return group.values.empty(); });
  return groups;
}

/// Keeps the rows whose levels are selected, and renumbers the levels.
stats::TwoFactors restricted(const Observations& all, const std::vector<bool>& keep_group,
                             const std::vector<bool>& keep_level) {
  const auto renumber = [](const std::vector<bool>& keep) {
    std::vector<std::uint32_t> numbers(keep.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < keep.size(); ++i) numbers[i] = keep[i] ? next++ : 0;
    return std::pair{numbers, static_cast<std::size_t>(next)};
  };
  const auto [groups, group_count] = renumber(keep_group);
  const auto [levels, level_count] = renumber(keep_level);
  stats::TwoFactors data{{}, {}, {}, group_count, level_count};
  for (std::size_t i = 0; i < all.values.size(); ++i) {
    if (!keep_group[all.group[i]] || !keep_level[all.by[i]]) continue;
    data.values.push_back(all.values[i]);
    data.a.push_back(groups[all.group[i]]);
    data.b.push_back(levels[all.by[i]]);
  }
  return data;
}

/// If some combinations were never run, drops either the groups or the levels with a missing combination,
/// whichever keeps more runs, if it keeps two of each to be compared.
stats::TwoFactors complete_part(const Observations& all, std::string& note) {
  const auto rows = all.groups.names().size();
  const auto columns = all.levels.names().size();
  if (rows * columns > 1'000'000) return {{}, {}, {}, rows, columns};  // the size check below refuses it
  std::vector<bool> seen(rows * columns, false);
  for (std::size_t i = 0; i < all.values.size(); ++i) seen[all.group[i] * columns + all.by[i]] = true;
  std::vector<bool> full_group(rows, true);
  std::vector<bool> full_level(columns, true);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      if (!seen[r * columns + c]) full_group[r] = full_level[c] = false;
  const auto by_groups = restricted(all, full_group, std::vector<bool>(columns, true));
  const auto by_levels = restricted(all, std::vector<bool>(rows, true), full_level);
  const bool groups_suffice = std::ranges::count(full_group, true) >= 2;
  const bool levels_suffice = std::ranges::count(full_level, true) >= 2;
  const bool groups_better =
      groups_suffice != levels_suffice ? groups_suffice : by_groups.values.size() >= by_levels.values.size();
  const auto& kept = groups_better ? full_group : full_level;
  const auto& names = groups_better ? all.groups.names() : all.levels.names();
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (!kept[i]) left_out.push_back(names[i]);
  if (!left_out.empty())
    note = fmt::format("without {}: not run in every combination", fmt::join(left_out, ", "));
  return groups_better ? by_groups : by_levels;
}

BothFactors factorial_of(const Observations& all) {
  BothFactors outcome;
  const auto data = complete_part(all, outcome.note);
  if (const auto art = stats::art_anova(data))
    outcome.art = *art;
  else
    outcome.note = "not tested together: " + art.error().message;
  if (const auto srh = stats::scheirer_ray_hare(data)) outcome.scheirer_ray_hare = *srh;
  return outcome;
}

std::vector<LevelComparison> compare_levels(const Observations& all,
                                            const stats::ComparisonOptions& options) {
  std::vector<LevelComparison> outcomes;
  for (std::uint32_t level = 0; level < all.levels.names().size() && level < stats::most_groups; ++level) {
    LevelComparison outcome{all.levels.names()[level], std::nullopt, ""};
    if (auto comparison = stats::compare_groups(grouped(all, level), options))
      outcome.comparison = std::move(*comparison);
    else
      outcome.note = comparison.error().message;
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

void warn_of_gaps(Comparison& result) {
  if (result.without_value > 0) {
    result.warnings.push_back(fmt::format("{} of {} rows have no {} and are left out", result.without_value,
                                          result.rows, result.value));
  }
  if (result.without_group > 0) {
    result.warnings.push_back(
        fmt::format("{} of {} rows name no group and are left out", result.without_group, result.rows));
  }
}

}  // namespace

std::string usual_group(const RunTable& table) {
  for (const auto* column : {"name", "architecture", "gpu", "batch_size", "gpu_count", "host"}) {
    const auto index = table.column(column);
    if (!index) continue;
    std::map<std::string, int> counts;
    for (std::size_t row = 0; row < table.rows(); ++row) ++counts[std::string(table.text(row, *index))];
    if (counts.size() > 1 && !counts.contains("") && counts.size() < table.rows()) return column;
  }
  return "";
}

Result<Comparison> compare_runs(const RunTable& table, const CompareRequest& request) {
  Comparison result;
  result.source = table.source();
  result.group = request.group;
  const auto value_column =
      request.value.empty() ? energy_column(table, "value") : Result<std::string>(request.value);
  if (!value_column) return propagate(value_column.error());
  result.value = *value_column;
  result.by = request.by;
  result.rows = table.rows();
  result.left_out = table.left_out();
  result.warnings = table.warnings();
  if (table.rows() == 0) return fail(ErrorKind::invalid, table.source(), "has a header and no rows");
  auto observations = observations_of(table, request, result);
  if (!observations) return propagate(observations.error());
  if (observations->values.empty()) {
    Error error{ErrorKind::invalid,
                fmt::format("no row has both {} and {}{}", result.value, request.group,
                            request.only.empty() ? "" : " after `only`"),
                table.source()};
    return propagate(with_reasons(std::move(error), result.left_out));
  }
  if (observations->groups.names().size() == 1) {
    return fail(ErrorKind::invalid, table.source(), "column {} has one group ({}): nothing to compare",
                request.group, observations->groups.names()[0]);
  }
  auto groups = grouped(*observations);
  auto overall = stats::compare_groups(groups, request.options);
  if (!overall) {
    auto error = overall.error();
    error.where = fmt::format("{}, {} by {}", table.source(), result.value, request.group);
    return propagate(std::move(error));
  }
  result.overall = std::move(*overall);
  for (const auto& facts : result.overall.groups) {
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == facts.name; });
    result.values.push_back(std::move(*found));
  }
  if (!request.by.empty()) {
    result.factorial = factorial_of(*observations);
    result.levels = compare_levels(*observations, request.options);
  }
  if (!table.of_runs()) warn_of_gaps(result);
  return result;
}

}  // namespace joulecast::session
