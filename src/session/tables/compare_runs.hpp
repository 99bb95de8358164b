// Compares values between groups of runs from a table: `joulecast compare`.
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
  std::string group;              ///< names of the grouping columns
  std::string value;              ///< "" = the table's energy column
  std::string by;                 ///< second factor; "" = none
  std::vector<std::string> only;  ///< "column=value[,value…]": see RowFilter
  /// Leave out rows that repeat another in everything but the identifier.
  bool distinct = false;
  stats::ComparisonOptions options;
};

/// Both factors and their interaction. If a test was not possible it is absent and its reason is given.
struct BothFactors {
  std::optional<stats::FactorialResult> art;
  std::optional<stats::FactorialResult> scheirer_ray_hare;
  std::string note;
};

/// The comparison within one level of the second factor, or the reason why there is none.
struct LevelComparison {
  std::string level;
  std::optional<stats::ComparisonResult> comparison;
  std::string note;
};

struct Comparison {
  std::string source;
  std::string group;  ///< name of the grouping column
  std::string value;
  std::string by;  ///< name of the second factor; "" = none
  std::size_t rows = 0;
  std::size_t without_value = 0;  ///< rows that were left out because the value is unknown
  std::size_t without_group = 0;
  /// Which runs were left out and why, if the rows are runs.
  std::vector<LeftOutRuns> left_out;
  stats::ComparisonResult overall;
  std::vector<stats::LabelledGroup> values;  ///< in the order of overall.groups
  std::optional<BothFactors> factorial;
  std::vector<LevelComparison> levels;
  /// Warnings about the data; `overall` has those of the statistics.
  std::vector<std::string> warnings;
};

/// The first of name, architecture, gpu, batch_size, gpu_count and host in which the runs differ and of which
/// some value has several runs; "" if there is none.
[[nodiscard]] std::string usual_group(const RunTable& table);

/// Rows with an unknown value or group are left out and counted. malformed (naming the row) for text or
/// infinity among the values; invalid for an unknown column or groups that cannot be compared.
[[nodiscard]] Result<Comparison> compare_runs(const RunTable& table, const CompareRequest& request);

}  // namespace joulecast::session
