#include "formats/support/dialect.hpp"

#include <algorithm>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/decimal.hpp"
#include "formats/support/number_style.hpp"

namespace joulecast::formats {
namespace {

constexpr int lines_with_seconds = 20;
constexpr int lines_to_judge = 200;

/// Takes the next line, without its end, off the front of a text.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

/// Position of the comma in "10:00:00,123"; npos without one.
std::size_t find_comma_in_seconds(std::string_view line) {
  constexpr std::size_t clock_length = 8;  // "10:00:00"
  for (auto at = line.find(','); at != std::string_view::npos; at = line.find(',', at + 1)) {
    if (at < clock_length) continue;
    const auto clock = line.substr(at - clock_length, clock_length);
    const bool is_clock = clock[2] == ':' && clock[5] == ':' && is_digit(clock[0]) && is_digit(clock[1]) &&
                          is_digit(clock[3]) && is_digit(clock[4]) && is_digit(clock[6]) &&
                          is_digit(clock[7]);
    if (is_clock) return at;
  }
  return std::string_view::npos;
}

/// Whether the comma behind a clock's seconds is a decimal comma: a zone follows the digits, or the row has a
/// cell more than the header.
bool is_decimal(std::string_view line, std::size_t comma, std::string_view header) {
  auto end = comma + 1;
  while (end < line.size() && is_digit(line[end])) ++end;
  const auto digits = end - comma - 1;
  if (digits < 3 || digits > 9 || trim(line).ends_with(',')) return false;
  if (end < line.size() && (line[end] == '+' || line[end] == '-' || line[end] == 'Z')) return true;
  return std::ranges::count(line, ',') == std::ranges::count(header, ',') + 1;
}

/// What the commas in the numbers of a row say. Between commas only cells in quotes can have one.
void see_numbers(std::string_view line, char separator, CommaWitness& witness) {
  CsvStyle style = csv_of_logs;
  style.separator = separator;
  CsvScanner scanner(line, style);
  CsvRow row;
  if (!scanner.next(row) || row.fault != CsvFault::none) return;
  for (std::size_t column = 0; column < row.cells.size(); ++column) witness.see(column, row.cells[column]);
}

/// "| a | b |" without its first and last bar; empty for a ruler.
std::string_view between_bars(std::string_view line) {
  line = trim(line);
  if (line.find_first_not_of("|-+:= ") == std::string_view::npos) return {};
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|')) line.remove_suffix(1);
  return line;
}

void append_plain(std::string& out, std::string_view line, const Dialect& dialect) {
  if (dialect.separator == '|') line = between_bars(line);
  CsvStyle style = csv_of_logs;
  style.separator = dialect.separator;
  CsvScanner scanner(line, style);
  CsvRow row;
  if (!scanner.next(row)) return;
  if (row.fault != CsvFault::none) {  // the importer tells what is wrong with the line as it stands
    out += line;
    return;
  }
  bool first = true;
  for (const auto cell : row.cells) {
    if (!first) out += ',';
    first = false;
    std::string text(cell);
    const bool may_be_decimal = dialect.separator != ',' || dialect.comma == CommaIn::decimals;
    if (dialect.comma == CommaIn::decimals) text = without_grouping(text);
    const bool decimal = dialect.comma == CommaIn::decimals && has_decimal_comma(text);
    const auto comma = decimal ? text.find(',') : find_comma_in_seconds(text);
    if (may_be_decimal && comma != std::string::npos) text[comma] = '.';
    out += csv_cell(text);
  }
}

}  // namespace

Dialect dialect_of(std::string_view head, LinePrefix prefix) {
  Dialect dialect;
  dialect.prefix = prefix;
  const auto next_line = [&] {
    const auto line = take_line(head);
    return line.substr(length_of(prefix, line));
  };
  const auto header = trim(next_line());
  dialect.separator = guess_csv_separator(header);
  if (dialect.separator == ',' && header.find(',') == std::string_view::npos &&
      header.find('|') != std::string_view::npos)
    dialect.separator = '|';
  dialect.quoted = header.find('"') != std::string_view::npos;
  CommaWitness witness;
  for (int i = 0; i < lines_to_judge && !head.empty(); ++i) {
    const auto line = next_line();
    see_numbers(line, dialect.separator, witness);
    if (dialect.separator != ',' || i >= lines_with_seconds) continue;
    const auto comma = find_comma_in_seconds(line);
    if (comma != std::string_view::npos && is_decimal(line, comma, header)) dialect.comma_in_seconds = true;
  }
  // Semicolons separate cells where commas stand before decimals.
  const bool nothing_said = witness.says() == CommaWitness::Says::nothing;
  if (witness.says() == CommaWitness::Says::decimals || (nothing_said && dialect.separator == ';'))
    dialect.comma = CommaIn::decimals;
  else if (witness.says() == CommaWitness::Says::thousands)
    dialect.comma = CommaIn::thousands;
  return dialect;
}

std::string in_plain_form(std::string_view lines, const Dialect& dialect) {
  std::string out;
  out.reserve(lines.size());
  while (!lines.empty()) {
    const bool whole = lines.find('\n') != std::string_view::npos;
    auto line = take_line(lines);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(length_of(dialect.prefix, line));
    std::string pointed;
    if (const auto comma = dialect.comma_in_seconds ? find_comma_in_seconds(line) : std::string_view::npos;
        comma != std::string_view::npos) {
      pointed = line;
      pointed[comma] = '.';
      line = pointed;
    }
    if (dialect.of_cells())
      append_plain(out, line, dialect);
    else
      out += line;
    if (whole) out += '\n';
  }
  return out;
}

}  // namespace joulecast::formats
