#include "report/runs/query_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/csv_scanner.hpp"
#include "base/printable.hpp"
#include "report/json_value.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t widest_cell = 60;

struct TextCell {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{:.6g}", value); }
  std::string operator()(const std::string& text) const { return shorten(text, widest_cell); }
};

struct CsvCell {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& text) const { return csv_cell(text); }
};

struct JsonCell {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(double value) const { return or_null(value); }
  Json operator()(const std::string& text) const { return text; }
};

bool is_number(const store::SqlValue& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

/// Columns of numbers go to the right; a column of unknown values alone to the left.
std::vector<Align> alignment(const store::SqlTable& table) {
  std::vector<Align> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    bool numbers = false, texts = false;
    for (const auto& row : table.rows) {
      numbers = numbers || is_number(row[i]);
      texts = texts || std::holds_alternative<std::string>(row[i]);
    }
    columns.push_back(numbers && !texts ? Align::right : Align::left);
  }
  return columns;
}

std::string joined(const std::vector<std::string>& cells) {
  return fmt::format("{}\n", fmt::join(cells, ","));
}

}  // namespace

std::string to_text(const store::SqlTable& table) {
  if (table.rows.empty()) return "No row.\n";
  TextTable text(alignment(table), "");
  std::vector<std::string> head;
  for (const auto& name : table.columns) head.push_back(shorten(name, widest_cell));
  text.add(std::move(head));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& value : row) cells.push_back(std::visit(TextCell{}, value));
    text.add(std::move(cells));
  }
  return text.text();
}

std::string to_csv(const store::SqlTable& table) {
  std::vector<std::string> cells;
  for (const auto& name : table.columns) cells.push_back(csv_cell(name));
  auto csv = joined(cells);
  for (const auto& row : table.rows) {
    cells.clear();
    for (const auto& value : row) cells.push_back(std::visit(CsvCell{}, value));
    csv += joined(cells);
  }
  return printable_lines(csv);
}

std::string to_json_text(const store::SqlTable& table) {
  auto rows = Json::array();
  for (const auto& row : table.rows) {
    auto object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns[i]] = std::visit(JsonCell{}, row[i]);
    rows.push_back(std::move(object));
  }
  return json_text({{"columns", table.columns},
                    {"rows", std::move(rows)},
                    {"truncated", table.truncated},
                    {"notes", table.notes}});
}

std::vector<std::string> remarks(const store::SqlTable& table) {
  auto lines = table.notes;
  if (table.truncated)
    lines.push_back(
        fmt::format("only the first {} rows are shown; --limit asks for more", table.rows.size()));
  return lines;
}

std::string to_text(std::span<const store::SqlView> views) {
  std::string text;
  for (const auto& view : views) {
    text += fmt::format("{}{}: {}\n", text.empty() ? "" : "\n", view.name, view.meaning);
    TextTable columns({Align::left, Align::left, Align::left, Align::left});
    for (const auto& column : view.columns)
      columns.add({column.name, std::string(name_of(column.type)), column.unit, column.meaning});
    text += columns.text();
  }
  return text;
}

std::string to_json_text(std::span<const store::SqlView> views) {
  auto list = Json::array();
  for (const auto& view : views) {
    auto columns = Json::array();
    for (const auto& column : view.columns)
      columns.push_back({{"name", column.name},
                         {"type", std::string(name_of(column.type))},
                         {"unit", or_null(column.unit)},
                         {"meaning", or_null(column.meaning)}});
    list.push_back({{"name", view.name}, {"meaning", view.meaning}, {"columns", std::move(columns)}});
  }
  return json_text({{"views", std::move(list)}});
}

}  // namespace joulecast::report
