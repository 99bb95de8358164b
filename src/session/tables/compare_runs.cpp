#include "session/tables/compare_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "formats/repeated_rows.hpp"
#include "session/tables/alternatives.hpp"
#include "session/tables/row_filter.hpp"

namespace joulecast::session {
namespace {

/// Names numbered in the order in which they come.
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
  std::vector<std::uint32_t> by;  ///< empty without a second factor
  Levels groups;
  Levels levels;
};

void note_repeated(const formats::CsvTable& table, const CompareRequest& request,
                   const std::vector<std::size_t>& repeated, report::ComparisonReport& report) {
  if (repeated.empty()) return;
  report.warnings.push_back(
      fmt::format("{} rows repeat another row in every column but the identifier (the first at {}){}",
                  repeated.size(), table.where(repeated[0]),
                  request.distinct ? " and are left out"
                                   : ": the same runs listed twice make the result look surer than it is; "
                                     "--distinct leaves them out"));
}

Result<Observations> observations_of(const formats::CsvTable& table, const CompareRequest& request,
                                     report::ComparisonReport& report) {
  const auto value = table.column(report.value);
  if (!value) return propagate(value.error());
  const auto group = table.column(request.group);
  if (!group) return propagate(group.error());
  const auto by = request.by.empty() ? Result<std::size_t>(0) : table.column(request.by);
  if (!by) return propagate(by.error());
  if (!request.by.empty() && *by == *group)
    return fail(ErrorKind::invalid, "--by", "is the same column as --group");
  const auto filter = RowFilter::make(table, request.only);
  if (!filter) return propagate(filter.error());
  const auto repeated = formats::repeated_rows(table);
  note_repeated(table, request, repeated, report);
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
      ++report.without_value;
      continue;
    }
    if (table.missing(row, *group) || (!request.by.empty() && table.missing(row, *by))) {
      ++report.without_group;
      continue;
    }
    observations.values.push_back(**number);
    observations.group.push_back(observations.groups.number_of(table.text(row, *group)));
    if (!request.by.empty()) observations.by.push_back(observations.levels.number_of(table.text(row, *by)));
  }
  return observations;
}

/// The groups, of all observations or of those at one level of the second factor.
std::vector<stats::LabelledGroup> grouped(const Observations& all, std::optional<std::uint32_t> level = {}) {
  std::vector<stats::LabelledGroup> groups;
  for (const auto& name : all.groups.names()) groups.push_back({name, {}});
  for (std::size_t i = 0; i < all.values.size(); ++i)
    if (!level || all.by[i] == *level) groups[all.group[i]].values.push_back(all.values[i]);
  std::erase_if(groups, [](const auto& group) { return group.values.empty(); });
  return groups;
}

/// Keeps the rows whose level `keep` wants, and renumbers what is left.
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

/// Where some combinations were never run: without the groups, or without the levels, that miss one;
/// whichever keeps more runs.
stats::TwoFactors complete_part(const Observations& all, std::string& note) {
  const auto rows = all.groups.names().size();
  const auto columns = all.levels.names().size();
  if (rows * columns > 1'000'000) return {{}, {}, {}, rows, columns};  // refused below, by its size
  std::vector<bool> seen(rows * columns, false);
  for (std::size_t i = 0; i < all.values.size(); ++i) seen[all.group[i] * columns + all.by[i]] = true;
  std::vector<bool> full_group(rows, true);
  std::vector<bool> full_level(columns, true);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      if (!seen[r * columns + c]) full_group[r] = full_level[c] = false;
  const auto by_groups = restricted(all, full_group, std::vector<bool>(columns, true));
  const auto by_levels = restricted(all, std::vector<bool>(rows, true), full_level);
  const bool groups_better = by_groups.values.size() >= by_levels.values.size();
  const auto& kept = groups_better ? full_group : full_level;
  const auto& names = groups_better ? all.groups.names() : all.levels.names();
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (!kept[i]) left_out.push_back(names[i]);
  if (!left_out.empty())
    note = fmt::format("without {}: not run in every combination", fmt::join(left_out, ", "));
  return groups_better ? by_groups : by_levels;
}

report::FactorialOutcome factorial_of(const Observations& all) {
  report::FactorialOutcome outcome;
  const auto data = complete_part(all, outcome.note);
  if (const auto art = stats::art_anova(data))
    outcome.art = *art;
  else
    outcome.note = "not tested together: " + art.error().message;
  if (const auto srh = stats::scheirer_ray_hare(data)) outcome.scheirer_ray_hare = *srh;
  return outcome;
}

void warn_of_gaps(report::ComparisonReport& report) {
  if (report.without_value > 0) {
    report.warnings.push_back(fmt::format("{} of {} rows have no {} and are left out", report.without_value,
                                          report.rows, report.value));
  }
  if (report.without_group > 0) {
    report.warnings.push_back(
        fmt::format("{} of {} rows name no group and are left out", report.without_group, report.rows));
  }
}

}  // namespace

Result<report::ComparisonReport> compare_table(const formats::CsvTable& table,
                                               const CompareRequest& request) {
  report::ComparisonReport report;
  report.source = table.name();
  report.group = request.group;
  const auto value_column =
      request.value.empty() ? energy_column(table, "--value") : Result<std::string>(request.value);
  if (!value_column) return propagate(value_column.error());
  report.value = *value_column;
  report.by = request.by;
  report.rows = table.rows();
  if (table.rows() == 0) return fail(ErrorKind::invalid, table.name(), "has a header and no rows");
  auto observations = observations_of(table, request, report);
  if (!observations) return propagate(observations.error());
  if (observations->values.empty()) {
    return fail(ErrorKind::invalid, table.name(), "no row has both {} and {}{}", report.value, request.group,
                request.only.empty() ? "" : " after --only");
  }
  if (observations->groups.names().size() == 1) {
    return fail(ErrorKind::invalid, table.name(), "column {} has one group ({}): nothing to compare",
                request.group, observations->groups.names()[0]);
  }
  auto groups = grouped(*observations);
  auto overall = stats::compare_groups(groups, request.options);
  if (!overall) {
    auto error = overall.error();
    error.where = fmt::format("{}, {} by {}", table.name(), report.value, request.group);
    return propagate(std::move(error));
  }
  report.overall = std::move(*overall);
  for (const auto& facts : report.overall.groups) {
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == facts.name; });
    report.values.push_back(std::move(*found));
  }
  if (!request.by.empty()) {
    report.factorial = factorial_of(*observations);
    for (std::uint32_t level = 0; level < observations->levels.names().size() && level < stats::most_groups;
         ++level) {
      report::LevelOutcome outcome{observations->levels.names()[level], std::nullopt, ""};
      if (auto comparison = stats::compare_groups(grouped(*observations, level), request.options))
        outcome.comparison = std::move(*comparison);
      else
        outcome.note = comparison.error().message;
      report.levels.push_back(std::move(outcome));
    }
  }
  warn_of_gaps(report);
  return report;
}

}  // namespace joulecast::session
