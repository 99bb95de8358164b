#include "formats/csv_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/files.hpp"
#include "base/text.hpp"

namespace joulecast::formats {

/// Walks over the text once. Quoted cells are unescaped in place: what is unescaped is never longer.
class CsvReader {
 public:
  explicit CsvReader(CsvTable& table) : table_(table), text_(table.content_) {}

  Status read() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    separator_ = guess_separator();
    if (auto header = read_header(); !header) return header;
    std::vector<CsvTable::Cell> row;
    while (at_ < text_.size()) {
      const auto line = line_;
      row.clear();
      if (auto status = read_row(row); !status) return status;
      if (row.size() == 1 && row[0].length == 0 && !quoted_) continue;  // a blank line
      if (row.size() != table_.columns_.size()) {
        return fail(ErrorKind::malformed, here(line), "{} cells, where the header has {}", row.size(),
                    table_.columns_.size());
      }
      table_.cells_.insert(table_.cells_.end(), row.begin(), row.end());
      table_.lines_.push_back(static_cast<std::uint32_t>(line));
    }
    return {};
  }

 private:
  std::string here(std::size_t line) const { return fmt::format("{}:{}", table_.name_, line); }

  /// From the first line that is not blank.
  char guess_separator() const {
    const auto begin = std::min(text_.find_first_not_of("\r\n", at_), text_.size());
    const auto header = std::string_view(text_).substr(begin, text_.find_first_of("\r\n", begin) - begin);
    char best = ',';
    auto most = std::count(header.begin(), header.end(), ',');
    for (const char candidate : {';', '\t'}) {
      const auto count = std::count(header.begin(), header.end(), candidate);
      if (count > most) {
        most = count;
        best = candidate;
      }
    }
    return best;
  }

  Status read_header() {
    std::vector<CsvTable::Cell> header;
    do {
      if (at_ >= text_.size())
        return fail(ErrorKind::malformed, table_.name_, "the table is empty: no header line");
      header.clear();
      if (auto status = read_row(header); !status) return status;
    } while (header.size() == 1 && header[0].length == 0);
    for (const auto& cell : header) table_.columns_.emplace_back(text_.substr(cell.begin, cell.length));
    return {};
  }

  /// Reads up to and over the line end.
  Status read_row(std::vector<CsvTable::Cell>& row) {
    quoted_ = false;
    for (;;) {
      auto cell = at_ < text_.size() && text_[skip_blanks()] == '"' ? read_quoted() : read_plain();
      if (!cell) return propagate(cell.error());
      row.push_back(*cell);
      if (at_ >= text_.size()) return {};
      if (text_[at_] == separator_) {
        ++at_;
        continue;
      }
      at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
      ++line_;
      return {};
    }
  }

  /// Position of the first character that is not a blank of this cell; stays on the last character at the
  /// text's end.
  std::size_t skip_blanks() const {
    auto i = at_;
    while (i + 1 < text_.size() && (text_[i] == ' ' || (text_[i] == '\t' && separator_ != '\t'))) ++i;
    return i;
  }

  bool ends_cell(char c) const { return c == separator_ || c == '\n' || c == '\r'; }

  Result<CsvTable::Cell> make(std::size_t begin, std::size_t end) const {
    if (end - begin > std::numeric_limits<std::uint32_t>::max())
      return fail(ErrorKind::malformed, here(line_), "a cell of over 4 GB");
    return CsvTable::Cell{begin, static_cast<std::uint32_t>(end - begin)};
  }

  Result<CsvTable::Cell> read_plain() {
    auto begin = at_;
    while (at_ < text_.size() && !ends_cell(text_[at_])) ++at_;
    auto end = at_;
    while (begin < end && (text_[begin] == ' ' || text_[begin] == '\t')) ++begin;
    while (begin < end && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    return make(begin, end);
  }

  Result<CsvTable::Cell> read_quoted() {
    const auto opened = line_;
    quoted_ = true;
    at_ = skip_blanks() + 1;
    const auto begin = at_;
    auto end = begin;
    for (;;) {
      if (at_ >= text_.size())
        return fail(ErrorKind::malformed, here(opened), "a quote opens here and never closes");
      const char c = text_[at_++];
      if (c == '\n' || (c == '\r' && (at_ >= text_.size() || text_[at_] != '\n'))) ++line_;
      if (c == '"') {
        if (at_ >= text_.size() || text_[at_] != '"') break;
        ++at_;
      }
      text_[end++] = c;
    }
    while (at_ < text_.size() && !ends_cell(text_[at_])) {
      if (text_[at_] != ' ' && text_[at_] != '\t')
        return fail(ErrorKind::malformed, here(line_), "text after a closing quote");
      ++at_;
    }
    return make(begin, end);
  }

  CsvTable& table_;
  std::string& text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  char separator_ = ',';
  bool quoted_ = false;
};

Result<CsvTable> CsvTable::parse(std::string content, std::string name) {
  CsvTable table;
  table.name_ = std::move(name);
  table.content_ = std::move(content);
  if (auto status = CsvReader(table).read(); !status) return propagate(status.error());
  return table;
}

Result<CsvTable> CsvTable::read(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return fail(ErrorKind::invalid, file.string(), "is a folder, not a table");
  auto content = read_file(file);
  if (!content) {
    auto error = content.error();
    error.kind = ErrorKind::invalid;  // an input named by the user
    return propagate(std::move(error));
  }
  return parse(std::move(*content), file.string());
}

Result<std::size_t> CsvTable::column(std::string_view name) const {
  const auto find = [&](auto same) -> Result<std::size_t> {
    const auto first = std::find_if(columns_.begin(), columns_.end(), same);
    if (first == columns_.end()) return columns_.size();
    if (std::find_if(first + 1, columns_.end(), same) != columns_.end()) {
      return fail(ErrorKind::invalid, name_, "two columns are called {}", name);
    }
    return static_cast<std::size_t>(first - columns_.begin());
  };
  auto found = find([&](const std::string& c) { return c == name; });
  if (found && *found == columns_.size())
    found = find([&](const std::string& c) { return equals_ignoring_case(c, name); });
  if (found && *found == columns_.size()) {
    return fail(ErrorKind::invalid, name_, "no column {}; it has {}", name, fmt::join(columns_, ", "));
  }
  return found;
}

std::string_view CsvTable::text(std::size_t row, std::size_t column) const {
  const auto& cell = cells_[row * columns_.size() + column];
  return std::string_view(content_).substr(cell.begin, cell.length);
}

bool means_missing(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() > 4) return false;
  static constexpr std::array<std::string_view, 6> words{"na", "n/a", "null", "none", "nan", "?"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equals_ignoring_case(word, text); });
}

bool CsvTable::missing(std::size_t row, std::size_t column) const {
  return means_missing(text(row, column));
}

Result<std::optional<double>> CsvTable::number(std::size_t row, std::size_t column) const {
  const auto cell = text(row, column);
  if (const auto value = parse_double(cell)) return value;
  if (means_missing(cell)) return std::nullopt;
  return fail(ErrorKind::malformed, where(row), "column {}: '{}' is not a finite number", columns_[column],
              cell.substr(0, 60));
}

Result<std::vector<std::optional<double>>> CsvTable::numbers(std::string_view column_name) const {
  const auto index = column(column_name);
  if (!index) return propagate(index.error());
  std::vector<std::optional<double>> values(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    auto value = number(row, *index);
    if (!value) return propagate(value.error());
    values[row] = *value;
  }
  return values;
}

std::string CsvTable::where(std::size_t row) const {
  return fmt::format("{}:{}", name_, lines_[row]);
}

std::string csv_cell(std::string_view text) {
  const bool plain =
      text.find_first_of(",;\t\"\r\n") == std::string_view::npos && trim(text).size() == text.size();
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace joulecast::formats
