// Tables with aligned columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::report {

enum class Align { left, right };

/// Each column is as wide as its widest cell. Lines have no trailing blanks. Cells are made printable.
class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns, std::string indent = "  ", std::string separator = "  ");
  /// Extra cells are aligned to the left; missing cells are empty.
  void add(std::vector<std::string> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Align> columns_;
  std::string indent_;
  std::string separator_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns on a screen: characters of Chinese, Japanese and Korean and emoji take two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Shortens the text to `width` columns, with "…" at the end if it was cut, and makes it printable.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width);
/// With question marks, as many as columns, for what is not ASCII; ~ for an ellipsis, u for micro.
[[nodiscard]] std::string only_ascii(std::string_view text);

}  // namespace joulecast::report
