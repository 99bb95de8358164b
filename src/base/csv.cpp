#include "base/csv.hpp"

#include <algorithm>

#include "base/files.hpp"

namespace joulecast {
namespace {

/// Reads cells one after the other; a quoted cell may hold commas, doubled quotes and line ends.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// The next record; nothing where a quote stays open.
  std::optional<std::vector<std::string>> record() {
    std::vector<std::string> cells(1);
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '"' && cells.back().empty()) {
        if (!quoted(cells.back())) return std::nullopt;
      } else if (c == ',') {
        cells.emplace_back();
      } else if (c == '\n') {
        ++line_;
        return cells;
      } else if (c != '\r' || (!at_end() && text_[at_] != '\n')) {
        cells.back() += c;
      }
    }
    return cells;
  }
  void skip_line() {
    const auto end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
  [[nodiscard]] char peek() const { return text_[at_]; }

 private:
  bool quoted(std::string& cell) {
    while (!at_end()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        cell += c;
      } else if (!at_end() && text_[at_] == '"') {
        cell += text_[at_++];
      } else {
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(header, name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

Result<std::size_t> CsvTable::needed_column(std::string_view name) const {
  if (const auto found = column(name)) return *found;
  return fail(ErrorKind::malformed, where, "has no column '{}'", name);
}

std::string CsvTable::place(const CsvRow& row) const {
  return fmt::format("{}:{}", where, row.line);
}

Result<CsvTable> parse_csv(std::string_view text, const std::string& where) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  CsvTable table{.where = where, .header = {}, .rows = {}};
  for (Scanner scanner(text); !scanner.at_end();) {
    const auto line = scanner.line();
    if (const char first = scanner.peek(); first == '#' || first == '\n' || first == '\r') {
      scanner.skip_line();
      continue;
    }
    auto cells = scanner.record();
    const auto place = fmt::format("{}:{}", where, line);
    if (!cells) return fail(ErrorKind::malformed, place, "a quote is not closed");
    if (table.header.empty()) {
      table.header = std::move(*cells);
    } else if (cells->size() != table.header.size()) {
      return fail(ErrorKind::malformed, place, "{} cells where the header has {}", cells->size(),
                  table.header.size());
    } else {
      table.rows.push_back({line, std::move(*cells)});
    }
  }
  if (table.header.empty()) return fail(ErrorKind::malformed, where, "has no header line");
  return table;
}

Result<CsvTable> read_csv(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) return propagate(text.error());
  return parse_csv(*text, file.string());
}

}  // namespace joulecast
