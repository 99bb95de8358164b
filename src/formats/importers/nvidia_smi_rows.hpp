// One row of a nvidia-smi log as numbers, without allocating.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/importers/nvidia_smi_columns.hpp"
#include "formats/support/civil_time.hpp"

namespace joulecast::formats::nvidia_smi {

struct Row {
  std::int64_t time_us = 0;
  std::array<double, channel_fields> values{};  ///< base units; NaN = not there
  std::string_view key;  ///< what tells the GPU: index, UUID or bus id; empty = nothing does
  std::string_view name;
  /// Length of the last cell where it is a bare number, which a torn line may have shortened; 0 where it is
  /// not.
  std::ptrdiff_t open_length = 0;
};

class RowParser {
 public:
  explicit RowParser(std::vector<Column> columns);

  /// Reads the row at the front of [begin, end), which ends in '\n'. Returns what follows the row; nullptr
  /// where it is not one, and then reason() says why.
  const char* parse(const char* begin, const char* end, Row& row);
  [[nodiscard]] std::string reason() const;

  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] bool has(Field field) const;
  /// What the last row said of a field that no channel is made of, in the base unit; nothing where it said
  /// nothing.
  [[nodiscard]] std::optional<double> described(Field field) const;

 private:
  /// What the hot loop needs of a column, close together.
  struct Cell {
    enum class Kind : std::uint8_t { number, percent, timestamp, key, name, other } kind = Kind::other;
    std::uint8_t slot = 0;
    std::uint8_t suffix_length = 0;
    std::array<char, 8> suffix{};  ///< " MiB": how the unit stood behind the last number
    double suffix_factor = 1;      ///< to the base unit, of a number with that suffix
    double factor = 1;             ///< of a bare number
    std::string repeated;          ///< what stood in a cell that hardly ever changes
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
