#include "formats/support/long_rows.hpp"

#include <algorithm>
#include <set>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/log_units.hpp"
#include "formats/support/own_names.hpp"
#include "formats/support/table_sample.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

constexpr std::size_t most_names = 500;
constexpr std::size_t fewest_rows = 4;

template <class Cell>
std::string name_of_row(const std::vector<Cell>& row, const LongForm& form) {
  std::string name;
  for (const auto i : form.labels) {
    name += name.empty() ? "" : " ";
    const std::string_view cell = trim(row[i]);
    if (parse_double(cell)) name += form.headings[i];  // "gpu" and 0
    name += cell;
  }
  if (form.unit && !trim(row[*form.unit]).empty()) (name += " [").append(trim(row[*form.unit])) += ']';
  return name;
}

/// Whether nearly all cells of a column pass a test.
template <class Test>
bool column_is(const TableSample& sample, std::size_t column, Test test) {
  std::size_t count = 0;
  for (const auto& row : sample.rows) count += test(std::string_view(row[column])) ? 1 : 0;
  return count * 10 >= sample.rows.size() * 9;
}

bool is_value_heading(std::string_view heading) {
  while (heading.starts_with('_')) heading.remove_prefix(1);
  return equals_ignoring_case(heading, "value") || equals_ignoring_case(heading, "val") ||
         equals_ignoring_case(heading, "reading") || equals_ignoring_case(heading, "\"value\"");
}

/// The rows as text with commas, a line for each line.
class WideRows {
 public:
  WideRows(LineReader& lines, LongForm form) : lines_(&lines), form_(std::move(form)) {
    text_ = csv_cell(form_.headings[form_.time]);
    for (const auto& name : form_.names) text_ += "," + csv_cell(name);
    text_ += '\n';
  }

  Result<std::size_t> read(char* to, std::size_t size) {
    while (given_ == text_.size() && !ended_) {
      text_.clear();
      given_ = 0;
      const auto block = lines_->block();
      if (!block) return propagate(block.error());
      ended_ = block->empty();
      if (ended_) flush();
      for (auto rest = *block; !rest.empty();) {
        const auto end = rest.find('\n');
        take(rest.substr(0, end));
        rest.remove_prefix(end + 1);
      }
    }
    const auto count = text_.copy(to, size, given_);
    given_ += count;
    return count;
  }

 private:
  void take(std::string_view line) {
    CsvRow row;
    if (is_first_) {  // the heading, in whose place the new one stands
      is_first_ = false;
      return;
    }
    const auto most =
        std::max({form_.time, form_.value, form_.unit.value_or(0), *std::ranges::max_element(form_.labels)});
    if (!CsvScanner(line, csv_of_logs).next(row) || row.cells.size() <= most) {
      flush();
      text_.append(line).push_back('\n');
      return;
    }
    const auto at = std::ranges::find(form_.names, name_of_row(row.cells, form_));
    const auto place = static_cast<std::size_t>(at - form_.names.begin());
    const bool again = at != form_.names.end() && !cells_.empty() && !cells_[place].empty();
    if (row.cells[form_.time] != time_ || again) flush();
    time_ = row.cells[form_.time];
    cells_.resize(form_.names.size());
    if (at != form_.names.end()) cells_[place] = row.cells[form_.value];
    ++lines_of_row_;
  }

  void flush() {
    if (lines_of_row_ == 0) return;
    text_ += csv_cell(time_);
    for (const auto& cell : cells_) text_ += "," + csv_cell(cell);
    text_.append(lines_of_row_, '\n');  // empty lines for the others of its lines, so that numbers stay true
    cells_.clear();
    lines_of_row_ = 0;
  }

  LineReader* lines_;
  LongForm form_;
  std::string text_;
  std::size_t given_ = 0;
  bool is_first_ = true;
  bool ended_ = false;
  std::string time_;
  std::vector<std::string> cells_;
  std::size_t lines_of_row_ = 0;
};

}  // namespace

std::optional<LongForm> long_form_of(std::string_view head) {
  const auto cells = split(first_line(head), ',');
  const bool has_value = std::ranges::any_of(cells, [](auto cell) { return is_value_heading(trim(cell)); });
  if (!has_value) return std::nullopt;
  const auto sample = sample_of_table(head);
  if (sample.rows.size() < fewest_rows || sample.header.size() < 3) return std::nullopt;
  const auto headings = sample.headings();
  const auto meanings = meanings_of_own_names(headings);
  LongForm form;
  std::optional<std::size_t> time, value;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    const auto heading = to_lower(headings[i]);
    if (!time && meanings[i].role == Role::time) time = i;
    if (is_value_heading(heading)) value = i;
    if (heading == "unit" || heading == "units" || heading == "uom") form.unit = i;
  }
  if (!time || !value || *time == *value) return std::nullopt;
  if (!column_is(sample, *value, [](auto cell) { return cell.empty() || parse_cell(cell); }))
    return std::nullopt;
  form.time = *time;
  form.value = *value;
  form.headings = sample.header;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    const bool taken = i == *time || i == *value || form.unit == i;
    const bool words = column_is(sample, i, [](auto cell) { return !cell.empty() && !parse_cell(cell); });
    const bool device = meanings[i].role == Role::device || meanings[i].role == Role::node;
    if (!taken && (words || device)) form.labels.push_back(i);
  }
  if (form.labels.empty()) return std::nullopt;
  for (const auto& row : sample.rows)
    if (auto name = name_of_row(row, form);
        form.names.size() < most_names && std::ranges::find(form.names, name) == form.names.end())
      form.names.push_back(std::move(name));
  const std::vector<std::string_view> names(form.names.begin(), form.names.end());
  const bool has_power = std::ranges::any_of(meanings_of_own_names(names), [](const Meaning& meaning) {
    return meaning.role == Role::measure && meaning.quantity == trace::Quantity::power &&
           !meaning.unit.empty();
  });
  return has_power ? std::optional(std::move(form)) : std::nullopt;
}

LineReader in_wide_form(LineReader& lines, LongForm form) {
  const auto rows = std::make_shared<WideRows>(lines, std::move(form));
  return {lines.name(), [rows](char* to, std::size_t size) { return rows->read(to, size); }};
}

}  // namespace joulecast::formats
