// What `compare` found, as text, JSON, CSV and a plot. docs/compare.md describes the JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "report/plot.hpp"
#include "stats/comparison.hpp"
#include "stats/factorial.hpp"

namespace joulecast::report {

/// Both factors and their interaction; a test that could not be made is absent and its reason is given.
struct FactorialOutcome {
  std::optional<stats::FactorialResult> art;
  std::optional<stats::FactorialResult> scheirer_ray_hare;
  std::string note;
};

/// The comparison inside one level of the second factor, or why there is none.
struct LevelOutcome {
  std::string level;
  std::optional<stats::ComparisonResult> comparison;
  std::string note;
};

struct ComparisonReport {
  std::string source;
  std::string group;  ///< name of the grouping column
  std::string value;
  std::string by;  ///< name of the second factor, "" = none
  std::size_t rows = 0;
  std::size_t without_value = 0;  ///< rows left out: the value is not known
  std::size_t without_group = 0;
  stats::ComparisonResult overall;
  std::vector<stats::LabelledGroup> values;  ///< in the order of overall.groups
  std::optional<FactorialOutcome> factorial;
  std::vector<LevelOutcome> levels;
  std::vector<std::string> warnings;  ///< about the data; the statistics' own are in `overall`
};

[[nodiscard]] nlohmann::ordered_json to_json(const ComparisonReport& report);
/// `width` of the lines; the box plot is drawn with `unicode` characters or plain ones.
[[nodiscard]] std::string to_text(const ComparisonReport& report, int width = 100, bool unicode = true);
/// One row a group, test and pair.
[[nodiscard]] std::string to_csv(const ComparisonReport& report);
[[nodiscard]] BoxPlot to_plot(const ComparisonReport& report);

/// "52 %", "3.7 %".
[[nodiscard]] std::string percent_text(double share);

/// The reading in plain language: what differs, how much, how sure, and what was not shown.
[[nodiscard]] std::string conclusion(const ComparisonReport& report);

}  // namespace joulecast::report
