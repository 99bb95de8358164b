// Aligned columns for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulecast::report {

enum class Align { left, right };

/// Rows of cells; each column is as wide as its widest cell. Nothing trails at a line's end.
class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns, std::string indent = "  ", std::string separator = "  ");
  /// Cells beyond the columns are aligned left; fewer are empty.
  void add(std::vector<std::string> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Align> columns_;
  std::string indent_;
  std::string separator_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters, not bytes: what UTF-8 text takes on a screen without wide or combining characters.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The text, or its beginning and "…", at most `width` wide. Control characters become blanks: a command's
/// argument must not move the cursor.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width);

}  // namespace joulecast::report
