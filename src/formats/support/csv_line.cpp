#include "formats/support/csv_line.hpp"

#include "base/text.hpp"

namespace joulecast::formats {

bool split_csv_line(std::string_view line, std::vector<std::string>& cells) {
  cells.clear();
  cells.emplace_back();
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < line.size() && line[i + 1] == '"';
      if (c == '"' && !doubled)
        quoted = false;
      else
        cells.back() += line[i += doubled ? 1 : 0];
    } else if (c == '"' && trim(cells.back()).empty()) {
      quoted = true;
      cells.back().clear();
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c != '\r' && c != '\n') {
      cells.back() += c;
    }
  }
  return !quoted;
}

}  // namespace joulecast::formats
