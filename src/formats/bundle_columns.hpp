// The meaning of column names in a run bundle, such as "gpu0_w", "cpu1_w", "node_w" and "process_cpu_pct".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// How the cells of a column are converted to the base unit and back.
enum class CellUnit { base, percent, mebibytes, megabytes };

/// Converts a cell to base units, such as 37 % to 0.37. Bytes are rounded to whole numbers.
[[nodiscard]] double from_cell(double cell, CellUnit unit);
/// The cell that reads back as this value (percentages: within one part in 10^15).
[[nodiscard]] double to_cell(double value, CellUnit unit);

struct BundleColumn {
  trace::Channel channel;
  CellUnit unit = CellUnit::base;
};

/// Nothing if the name is not a bundle's column. `node` is the machine's name in a run with several machines.
[[nodiscard]] std::optional<BundleColumn> bundle_column(std::string_view name, const std::string& node);

struct ColumnName {
  std::string name;
  CellUnit unit = CellUnit::base;
};

/// The column for a channel of the index-th device of its component. Nothing if bundles have no column for
/// this quantity.
[[nodiscard]] std::optional<ColumnName> bundle_column_name(const trace::Channel& channel, std::size_t index);

}  // namespace joulecast::formats
