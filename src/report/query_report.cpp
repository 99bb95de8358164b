#include "report/query_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/csv_scanner.hpp"
#include "report/json_value.hpp"
#include "report/plain_text.hpp"
#include "report/run_words.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using store::SqlValue;

/// With all digits of a number, for programs.
std::string exact_text(const SqlValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "";
}

std::string short_text(const SqlValue& value) {
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:.6g}", *real);
  return exact_text(value);
}

nlohmann::ordered_json json_of(const SqlValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return or_null(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

bool is_numeric(const store::SqlAnswer& answer, std::size_t column) {
  for (const auto& row : answer.rows)
    if (std::holds_alternative<std::string>(row[column])) return false;
  return true;
}

}  // namespace

std::string to_text(const store::SqlAnswer& answer) {
  std::vector<Align> columns;
  for (std::size_t i = 0; i < answer.columns.size(); ++i)
    columns.push_back(is_numeric(answer, i) ? Align::right : Align::left);
  TextTable table(std::move(columns), "");
  table.add(answer.columns);
  for (const auto& row : answer.rows) {
    std::vector<std::string> cells;
    for (const auto& value : row) cells.push_back(short_text(value));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string to_csv(const store::SqlAnswer& answer) {
  std::string csv;
  const auto put = [&](std::size_t i, const std::string& cell) {
    csv += (i > 0 ? "," : "") + csv_cell(cell);
  };
  for (std::size_t i = 0; i < answer.columns.size(); ++i) put(i, answer.columns[i]);
  csv += "\n";
  for (const auto& row : answer.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) put(i, exact_text(row[i]));
    csv += "\n";
  }
  return csv;
}

std::string to_json_text(const store::SqlAnswer& answer) {
  nlohmann::ordered_json json{{"columns", answer.columns}, {"rows", nlohmann::ordered_json::array()}};
  for (const auto& row : answer.rows) {
    auto object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[answer.columns[i]] = json_of(row[i]);
    json["rows"].push_back(std::move(object));
  }
  return json_text(json);
}

std::string to_text(const std::vector<store::SqlTable>& tables) {
  std::string text;
  for (const auto& table : tables)
    text +=
        wrapped(fmt::format("{:<12} {}", table.name, join(table.columns, ", ")), 100, "             ") + "\n";
  return text;
}

}  // namespace joulecast::report
