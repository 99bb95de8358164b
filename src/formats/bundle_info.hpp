// run.json of a bundle: the run's description as contract keys, and what only we know under the key
// "joulecast".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// How one column of a bundle's CSV files is to be read, where its name does not say all: written under
/// joulecast.channels, so that a channel comes back as it was, with its true gaps.
struct DescribedColumn {
  std::string file;
  std::string column;
  trace::Channel channel;
  std::vector<trace::Span> gaps;
};

struct BundleInfo {
  trace::Run run;  ///< everything but traces and the epochs' spans
  std::optional<Seconds> begin;
  std::optional<Seconds> end;
  std::vector<DescribedColumn> columns;
  std::vector<std::map<std::string, double>> epoch_metrics;  ///< by position in epochs.csv
};

/// malformed with file:line where a known key has a value of the wrong kind.
[[nodiscard]] Result<BundleInfo> parse_bundle_info(std::string_view text, const std::string& file);

[[nodiscard]] std::string bundle_info_text(const trace::Run& run,
                                           const std::vector<DescribedColumn>& columns);

}  // namespace joulecast::formats
