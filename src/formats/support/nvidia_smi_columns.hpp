// The columns of an nvidia-smi log, from their headings or guessed from their cells.
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
  // The fields above have a channel each. The fields below describe the row or the GPU.
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

/// The channel for a field of this GPU.
[[nodiscard]] trace::Channel channel_of(Field field, std::size_t gpu);

struct Column {
  std::string heading;  ///< as in the file, or as guessed
  Field field = Field::ignored;
  std::string unit;   ///< the unit of a number without its own: "W"
  double factor = 1;  ///< converts a number without its own unit to the base unit
};

/// True for "[N/A]", "[Not Supported]", "[Unknown Error]", "ERR!", "N/A", "-" and empty text.
[[nodiscard]] bool says_nothing(std::string_view text);

/// Base units per `unit` for a field; nothing if the unit does not fit the field.
[[nodiscard]] std::optional<double> unit_factor(Field field, std::string_view unit);

/// Whether a line is a header: enough of its first cells are names that nvidia-smi knows.
[[nodiscard]] bool is_header(std::string_view line);

/// The columns of a header line, or of the names passed to --query-gpu.
[[nodiscard]] std::vector<Column> columns_of_header(const std::vector<std::string_view>& headings);

/// Guesses the columns of a log without a header from its first rows. malformed if the power column cannot be
/// told from the others.
[[nodiscard]] Result<std::vector<Column>> guess_columns(const std::vector<std::string_view>& rows,
                                                        const std::string& file);

/// Ignores columns without a value in these rows where another column of the same field has values.
void drop_empty_rivals(std::vector<Column>& columns, const std::vector<std::string_view>& rows);

/// Whether one of the columns is a power.
[[nodiscard]] bool has_power(const std::vector<Column>& columns);

/// Keeps of several columns of power the one that is not a mean, if there is one.
void prefer_instant(std::vector<Column>& columns);

/// Keeps one column per field. Readings that nvidia-smi averages itself are preferred, and so is the lower
/// limit.
void drop_rivals(std::vector<Column>& columns);

}  // namespace joulecast::formats::nvidia_smi
