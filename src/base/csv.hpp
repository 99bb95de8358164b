// Comma-separated tables with a header line (RFC 4180 quoting; lines that start with '#' are comments).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace joulecast {

struct CsvRow {
  std::size_t line = 0;            ///< 1-based, for messages
  std::vector<std::string> cells;  ///< as many as the header has
};

struct CsvTable {
  std::string where;  ///< the file
  std::vector<std::string> header;
  std::vector<CsvRow> rows;

  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  /// malformed for a column that is not there; the message names the file and the column.
  [[nodiscard]] Result<std::size_t> needed_column(std::string_view name) const;
  /// "file:line", for the `where` of an error.
  [[nodiscard]] std::string place(const CsvRow& row) const;
};

/// malformed with file:line where a row has more or fewer cells than the header, a quote stays open, or there
/// is no header. A byte order mark and CRLF are accepted.
[[nodiscard]] Result<CsvTable> parse_csv(std::string_view text, const std::string& where);
[[nodiscard]] Result<CsvTable> read_csv(const std::filesystem::path& file);

}  // namespace joulecast
