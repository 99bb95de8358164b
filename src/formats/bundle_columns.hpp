// What the column names of a run bundle mean: "gpu0_w", "cpu1_w", "node_w", "process_cpu_pct".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trace/channel.hpp"

namespace joulecast::formats {

/// How a column's cells become values in the base unit and back.
enum class CellUnit { base, percent, mebibytes, megabytes };

/// Base units from a cell: 37 % -> 0.37. Bytes are whole.
[[nodiscard]] double from_cell(double cell, CellUnit unit);
/// The cell that reads back as this value (percentages: within one part in 10^15).
[[nodiscard]] double to_cell(double value, CellUnit unit);

struct BundleColumn {
  trace::Channel channel;
  CellUnit unit = CellUnit::base;
};

/// Nothing where the name is not one of the bundle's. `node` names the machine in a run of several.
[[nodiscard]] std::optional<BundleColumn> bundle_column(std::string_view name, const std::string& node);

struct ColumnName {
  std::string name;
  CellUnit unit = CellUnit::base;
};

/// The column under which a channel of the index-th device of its component belongs; nothing where the bundle
/// has no name for such a quantity.
[[nodiscard]] std::optional<ColumnName> bundle_column_name(const trace::Channel& channel, std::size_t index);

}  // namespace joulecast::formats
