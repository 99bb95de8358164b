// What the first lines of an nvidia-smi log tell: its columns, how often a board is read, and whether its
// rows are those of several boards. Internal to the module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/support/nvidia_smi_columns.hpp"

namespace joulecast::formats::nvidia_smi {

struct Beginning {
  std::vector<Column> columns;  ///< one for each field
  /// A board is read so often that its power at an instant, which is renewed every 0.1 s, misses little. The
  /// mean of a second that the driver gives instead lies behind, and longer at rest.
  bool dense = false;
};

/// `block` begins with the header or the first row, `names` are the columns that the user says a log without
/// a header has.
[[nodiscard]] Result<Beginning> read_beginning(std::string_view block, const std::vector<std::string>& names,
                                               const std::string& file);

/// The times of the first rows.
[[nodiscard]] std::vector<std::int64_t> first_times(std::string_view block, std::vector<Column> columns);

/// Rows that tell which columns have values.
[[nodiscard]] std::vector<std::string_view> rows_behind_header(std::string_view block);

/// nvidia-smi itself writes milliseconds, so that its GPUs follow each other closely; what has rounded them
/// may be a recorder of one GPU that is faster than its stamps.
[[nodiscard]] bool tells_rows_apart(const std::vector<std::int64_t>& times);

}  // namespace joulecast::formats::nvidia_smi
