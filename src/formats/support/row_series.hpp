// A table may have the rows of several machines, devices or runs. Each series of readings has one row per
// time; which columns tell them apart is found by the rows themselves, whatever the columns are called.
// Internal to the module.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "formats/support/table_sample.hpp"

namespace joulecast::formats {

struct RowSeries {
  /// The columns that tell machines, and devices within a machine, apart.
  std::optional<std::size_t> machine, device;
  /// Why the rows cannot be imported as they are, with what would decide; "" if they can.
  std::string refusal;
};

/// `meanings` are those of the sample's columns by their headings.
[[nodiscard]] RowSeries find_row_series(const TableSample& sample, const std::vector<Meaning>& meanings);

}  // namespace joulecast::formats
