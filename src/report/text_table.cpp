#include "report/text_table.hpp"

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace joulecast::report {
namespace {

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

std::string shorten(std::string_view text, std::size_t width) {
  auto shown = printable(text);
  if (display_width(shown) <= width) return shown;
  std::size_t used = 0;
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (!continues_character(shown[i]) && ++used >= width) return shown.substr(0, i) + "…";
  return shown;
}

TextTable::TextTable(std::vector<Align> columns, std::string indent, std::string separator)
    : columns_(std::move(columns)), indent_(std::move(indent)), separator_(std::move(separator)) {}

void TextTable::add(std::vector<std::string> row) {
  for (auto& cell : row) cell = printable(cell);
  rows_.push_back(std::move(row));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line = indent_;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += separator_;
      const std::string blanks(widths[i] - display_width(row[i]), ' ');
      const bool right = i < columns_.size() && columns_[i] == Align::right;
      line += right ? blanks + row[i] : row[i] + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace joulecast::report
