// run.json of a bundle: the run's description under the documented keys, and joulecast's own data under the
// key "joulecast".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// How to read a column of a bundle's CSV files whose name does not say everything. It is stored under
/// joulecast.channels, so that a channel is read back unchanged, including its gaps.
struct DescribedColumn {
  std::string file;
  std::string column;
  trace::Channel channel;
  std::vector<trace::Span> gaps;
  std::vector<trace::Span> absences =
      {};  ///< when its machine had no part in the training (trace/absence.hpp)
};

struct BundleInfo {
  trace::Run run;  ///< everything except the traces and the epochs' spans
  std::optional<Seconds> begin;
  std::optional<Seconds> end;
  std::vector<DescribedColumn> columns;
  std::vector<std::map<std::string, double>> epoch_metrics;  ///< in the order of epochs.csv
  std::vector<int> epoch_phases;                             ///< the same
};

/// malformed with file:line if a known key has a value of the wrong type.
[[nodiscard]] Result<BundleInfo> parse_bundle_info(std::string_view text, const std::string& file);

[[nodiscard]] std::string bundle_info_text(const trace::Run& run,
                                           const std::vector<DescribedColumn>& columns);

}  // namespace joulecast::formats
