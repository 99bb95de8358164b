// `joulecast compare`: values by group from a table, compared.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/csv_table.hpp"
#include "report/comparison_report.hpp"

namespace joulecast::session {

struct CompareRequest {
  std::string group;              ///< columns
  std::string value;              ///< "" = the table's energy column
  std::string by;                 ///< "" = one factor
  std::vector<std::string> only;  ///< "column=value[,value…]": see RowFilter
  bool distinct = false;          ///< leave out rows that repeat another in all but their identifier
  stats::ComparisonOptions options;
};

/// Rows whose value or group is not known are left out and counted. malformed (file:line) for text or
/// infinity among the values; invalid for a column that is not there or groups that cannot be compared.
[[nodiscard]] Result<report::ComparisonReport> compare_table(const formats::CsvTable& table,
                                                             const CompareRequest& request);

}  // namespace joulecast::session
