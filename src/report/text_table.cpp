#include "report/text_table.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "base/printable.hpp"

namespace joulecast::report {
namespace {

struct Range {
  char32_t first, last;
};
/// Characters that terminals draw two columns wide (Unicode 15, EastAsianWidth.txt: W and F), in blocks.
constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},   {0x2648, 0x2653},
    {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},
    {0x2753, 0x2755},   {0x2795, 0x2797},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x17000, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e},
    {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb},
    {0x1f90c, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};
/// Those that are drawn over the one before: marks, joiners, variation selectors.
constexpr Range without_width[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},  {0x064b, 0x065f},
                                   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},  {0x20d0, 0x20ff},
                                   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};

bool lies_in(std::span<const Range> ranges, char32_t c) {
  const auto after = std::ranges::upper_bound(ranges, c, {}, &Range::first);
  return after != ranges.begin() && c <= std::prev(after)->last;
}

std::size_t width_of(char32_t c) {
  if (c < without_width[0].first) return 1;  // nearly all: long tables are not to wait for two searches
  return lies_in(without_width, c) ? 0 : lies_in(wide, c) ? 2 : 1;
}

/// The character that begins at `at`, which is moved behind it. Of what is no UTF-8, each byte is one.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  char32_t c = more == 0 ? first : first & (0x3fU >> static_cast<unsigned>(more));
  for (int i = 0; i < more && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80; ++i)
    c = (c << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3fU);
  return c;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return text.size();  // nearly all
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_character(text, at));
  return width;
}

std::string shorten(std::string_view text, std::size_t width) {
  auto shown = printable(text);
  if (display_width(shown) <= width) return shown;
  std::size_t used = 0;
  for (std::size_t at = 0; at < shown.size();) {
    const auto begin = at;
    used += width_of(next_character(shown, at));
    if (used >= width) return shown.substr(0, begin) + "…";
  }
  return shown;
}

std::string only_ascii(std::string_view text) {
  std::string ascii;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_character(text, at);
    if (c == U'…')
      ascii += '~';
    else if (c == U'µ')
      ascii += 'u';
    else
      ascii += c < 0x80 ? std::string(1, static_cast<char>(c)) : std::string(width_of(c), '?');
  }
  return ascii;
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
      const auto blanks = widths[i] - display_width(row[i]);
      const bool right = i < columns_.size() && columns_[i] == Align::right;
      if (right) line.append(blanks, ' ');
      line += row[i];
      if (!right) line.append(blanks, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace joulecast::report
