// Parses one row of an nvidia-smi log into numbers without allocating memory.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/support/civil_time.hpp"
#include "formats/support/nvidia_smi_columns.hpp"

namespace joulecast::formats::nvidia_smi {

struct Row {
  std::int64_t time_us = 0;
  std::array<double, channel_fields> values{};  ///< in base units; NaN = absent
  std::string_view key;                         ///< identifies the GPU: index, UUID or bus id; empty = none
  std::string_view name;
  /// Length of the last cell if it is a bare number, which a truncated line could have shortened; otherwise
  /// 0.
  std::ptrdiff_t open_length = 0;
};

class RowParser {
 public:
  explicit RowParser(std::vector<Column> columns);

  /// Parses the row at the front of [begin, end), which ends in '\n', and returns the position after it.
  /// Returns nullptr if it is not a valid row; reason() then tells why.
  const char* parse(const char* begin, const char* end, Row& row);
  [[nodiscard]] std::string reason() const;

  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] bool has(Field field) const;
  /// The value of a field without a channel in the last row, in the base unit; nothing if it had none.
  [[nodiscard]] std::optional<double> described(Field field) const;

 private:
  /// The properties of a column that the inner loop needs, close together in memory.
  struct Cell {
    enum class Kind : std::uint8_t { number, percent, timestamp, key, name, other } kind = Kind::other;
    std::uint8_t slot = 0;
    std::uint8_t suffix_length = 0;
    std::array<char, 8> suffix{};  ///< the unit after the last number, such as " MiB"
    double suffix_factor = 1;      ///< converts a number with that suffix to the base unit
    double factor = 1;             ///< converts a bare number to the base unit
    std::string repeated;          ///< text of a cell that hardly ever changes
  };

  const char* parse_number(const char* p, const char* end, std::size_t column, double& value);
  const char* parse_unit(const char* p, std::size_t column);
  const char* skip_repeated(const char* p, const char* end, Cell& cell);
  const char* refuse(std::size_t column, const char* p, const char* end);

  std::vector<Column> columns_;
  std::vector<Cell> cells_;
  CivilParser civil_;
  std::size_t faulty_column_ = 0;
  std::string faulty_text_;
};

}  // namespace joulecast::formats::nvidia_smi
