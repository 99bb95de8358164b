// What the columns of a nvidia-smi log hold, by their headings or by what stands in them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trace/channel.hpp"

namespace joulecast::formats::nvidia_smi {

enum class Field {
  power,
  utilisation,
  memory_utilisation,
  memory_used,
  temperature,
  clock,
  // Up to here a channel each; what follows describes the row or the GPU.
  timestamp,
  index,
  uuid,
  bus_id,
  name,
  memory_total,
  power_limit,
  ignored,
};
constexpr std::size_t channel_fields = 6;
constexpr bool is_channel(Field field) {
  return static_cast<std::size_t>(field) < channel_fields;
}

/// The channel of a field, named after its GPU.
[[nodiscard]] trace::Channel channel_of(Field field, std::size_t gpu);

struct Column {
  std::string heading;  ///< as it stands in the file, or as it was guessed
  Field field = Field::ignored;
  std::string unit;   ///< what stands behind the number where nothing else does: "W"
  double factor = 1;  ///< to the base unit, of a number without a unit
};

/// Base units in one of `unit`, for a field of that kind; nothing where the unit is not one of it.
[[nodiscard]] std::optional<double> unit_factor(Field field, std::string_view unit);

/// Whether a line is a heading: its first cells are names that nvidia-smi knows.
[[nodiscard]] bool is_header(std::string_view line);

/// The columns of a header line, or of the names given to --query-gpu.
[[nodiscard]] std::vector<Column> columns_of_header(const std::vector<std::string_view>& headings);

/// The columns of a log without a header, from its first rows. malformed where the power cannot be told from
/// others.
[[nodiscard]] Result<std::vector<Column>> guess_columns(const std::vector<std::string_view>& rows,
                                                        const std::string& file);

/// Keeps one column per field: the reading that nvidia-smi averages itself before others, the narrower limit.
void drop_rivals(std::vector<Column>& columns);

}  // namespace joulecast::formats::nvidia_smi
