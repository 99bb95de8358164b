// `joulecast compare`: values by group from a table of runs, compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"
#include "stats/comparison.hpp"
#include "stats/factorial.hpp"

namespace joulecast::session {

struct CompareRequest {
  std::string group;              ///< columns
  std::string value;              ///< "" = the table's energy column
  std::string by;                 ///< "" = one factor
  std::vector<std::string> only;  ///< "column=value[,value…]": see RowFilter
  bool distinct = false;          ///< leave out rows that repeat another in all but their identifier
  stats::ComparisonOptions options;
};

/// Both factors and their interaction; a test that could not be made is absent and its reason is given.
struct BothFactors {
  std::optional<stats::FactorialResult> art;
  std::optional<stats::FactorialResult> scheirer_ray_hare;
  std::string note;
};

/// The comparison inside one level of the second factor, or why there is none.
struct LevelComparison {
  std::string level;
  std::optional<stats::ComparisonResult> comparison;
  std::string note;
};

struct Comparison {
  std::string source;
  std::string group;  ///< name of the grouping column
  std::string value;
  std::string by;  ///< name of the second factor, "" = none
  std::size_t rows = 0;
  std::size_t without_value = 0;  ///< rows left out: the value is not known
  std::size_t without_group = 0;
  std::vector<LeftOutRuns> left_out;  ///< which and why, where the rows are runs
  stats::ComparisonResult overall;
  std::vector<stats::LabelledGroup> values;  ///< in the order of overall.groups
  std::optional<BothFactors> factorial;
  std::vector<LevelComparison> levels;
  std::vector<std::string> warnings;  ///< about the data; the statistics' own are in `overall`
};

/// Rows whose value or group is not known are left out and counted. malformed (naming the row) for text or
/// infinity among the values; invalid for a column that is not there or groups that cannot be compared.
[[nodiscard]] Result<Comparison> compare_runs(const RunTable& table, const CompareRequest& request);

}  // namespace joulecast::session
