// Tables that a loop prints row by row, an epoch (or some steps) each.
//
//   epoch | train_loss | val_loss          epoch,loss,acc          iter      loss
//       1 |     0.6469 |   0.5520          1,0.6469,0.785           100    0.6469
//
// A table whose rows come at once with its header is a summary of what is over, not a training. Where the
// first row alone does, the header was printed with it: the second one shows that. A table that is printed
// again with a row more, as of a growing data frame, has an epoch more; how sure that is, nothing says.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "progress/format.hpp"
#include "progress/lines/pattern.hpp"
#include "progress/metric_text.hpp"

namespace joulecast::progress {
namespace {

constexpr Seconds shortest_row{0.05};
constexpr std::size_t longest_line = 400;

std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> cells;
  while (true) {
    const auto end = line.find(separator);
    cells.emplace_back(trim(line.substr(0, end)));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

std::vector<std::string> split_at_blanks(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> cells;
  for (std::string cell; stream >> cell;) cells.push_back(cell);
  return cells;
}

/// What stands between a header's cells; a blank = any number of them.
char separator_of(std::string_view header) {
  for (const char separator : {'|', '\t', ','})
    if (header.find(separator) != std::string_view::npos) return separator;
  return ' ';
}

std::vector<std::string> cells_of(const std::string& line, char separator) {
  if (separator == ' ') return split_at_blanks(line);
  auto cells = split(line, separator);
  if (cells.front().empty()) cells.erase(cells.begin());  // "| 1 | 0.5 |"
  if (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

class Tables final : public Format {
 public:
  bool read(const Line& whole, Report& report) override {
    if (whole.text.size() > longest_line) return false;
    Line line = whole;
    line.lowered = with_plain_bars(std::move(line.lowered));
    if (read_header(line)) return true;
    if (columns_.empty()) return false;
    static const Pattern ruler(R"(^(?:[-=+|: ]|[─-╿]){3,}$)");
    if (ruler.matches(line.lowered)) return true;
    return read_row(line, report);
  }

 private:
  /// Drawn tables have other bars: "│ 1/7 │ 0.53 │".
  static std::string with_plain_bars(std::string line) {
    for (const std::string_view bar : {"│", "┃", "║"})
      for (auto at = line.find(bar); at != std::string::npos; at = line.find(bar, at))
        line.replace(at, bar.size(), "|");
    return line;
  }

  bool read_header(const Line& line) {
    static const Pattern counted(R"(\b(?:epochs?|ep|iter(?:ation)?s?|it|steps?)\b)");
    static const Pattern name(R"(^[A-Za-z_#%](?:[A-Za-z_ /%().@-]|[A-Za-z_@]\d{1,2}){0,24}$)");
    const auto has = [&](const char* word) { return line.lowered.find(word) != std::string::npos; };
    if ((!has("ep") && !has("it")) || !counted.matches(line.lowered)) return false;
    const char separator = separator_of(line.lowered);
    auto columns = cells_of(line.lowered, separator);
    const auto is_count = [&](const std::string& cell) { return cell.size() <= 10 && counted.matches(cell); };
    const auto is_name = [&](const std::string& cell) { return name.matches(cell); };
    const auto is_figure = [](const std::string& cell) {
      static const Pattern set(R"(^(?:train|valid?|test|dev)$)");
      return set.matches(cell) || !find_metrics(cell + ": 0.5").empty();
    };
    if (columns.size() < 2 || std::ranges::count_if(columns, is_count) != 1 ||
        !std::ranges::all_of(columns, is_name) || std::ranges::none_of(columns, is_figure))
      return false;
    const auto found = std::ranges::find_if(columns, is_count);
    count_ = static_cast<std::size_t>(found - columns.begin());
    counts_epochs_ = found->starts_with("ep");
    again_ = columns == printed_ && line.time - last_ >= shortest_row;
    if (columns != printed_) last_done_ = 0, row_by_row_ = false;
    beside_header_.reset();
    printed_ = columns;
    columns_ = std::move(columns);
    separator_ = separator;
    last_ = line.time;
    return true;
  }

  struct Row {
    SteadyTime time;
    double done = 0;
    std::optional<double> total;
    std::vector<std::string> cells;
  };

  bool read_row(const Line& line, Report& report) {
    static const Pattern count(R"(^(?P<done>\d[\d,]*)(?:\s?/\s?(?P<total>\d[\d,]*))?$)");
    static const Pattern cell(
        R"(^(?:[-+]?[\d.]+(?:e[-+]?\d+)?\s?[%a-z]{0,4}|\d[\d:._/ -]*|nan|inf|-|\*|yes|no|)$)");
    auto cells = cells_of(line.lowered, separator_);
    // The index of a data frame has no name.
    if (separator_ == ' ' && cells.size() == columns_.size() + 1 && count.matches(cells.front()))
      cells.erase(cells.begin());
    if (cells.size() != columns_.size()) return false;
    const auto match = count.find(cells[count_]);
    const auto done = match ? match->number("done") : std::nullopt;
    if (!done || *done > 1e9) return false;
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (i != count_ && !cell.matches(cells[i])) return false;
    Row row{line.time, *done, match->number("total"), std::move(cells)};
    const bool at_once = line.time - last_ < shortest_row;
    last_ = line.time;
    const double before = std::exchange(last_done_, std::max(last_done_, row.done));
    if (at_once && row_by_row_ && row.done > before) {  // the header is printed now and then
      report_row(row, report);
    } else if (at_once && again_ && row.done == before + 1) {
      report_grown_table(row, report);
    } else if (at_once) {
      if (!again_ && (beside_header_ || before > 0)) columns_.clear();
      beside_header_ = std::move(row);
    } else {
      row_by_row_ = true;
      if (const auto first = std::exchange(beside_header_, {}); first && first->done < row.done) {
        report.printed_at(first->time);
        report_row(*first, report);
        report.printed_at(line.time);
      }
      report_row(row, report);
    }
    return true;
  }

  void report_row(const Row& row, Report& report) const {
    if (counts_epochs_)
      report.epoch_ends(static_cast<int>(row.done), row.total);
    else
      report.work_done(row.done, row.total);
    report_figures(row, report);
  }

  void report_grown_table(const Row& row, Report& report) const {
    report.guess();
    report.work_counts_from(0);
    if (counts_epochs_)
      report.epochs_done(row.done, row.total);
    else
      report.work_done(row.done, row.total);
    report_figures(row, report);
  }

  void report_figures(const Row& row, Report& report) const {
    const auto epoch = counts_epochs_ ? std::optional{static_cast<int>(row.done)} : std::nullopt;
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      for (const auto& [name, value] : find_metrics(fmt::format("{}: {}", columns_[i], row.cells[i])))
        report.metric(name, value, epoch);
  }

  std::vector<std::string> printed_;  ///< the columns of the last table
  bool again_ = false;                ///< it was printed before
  double last_done_ = 0;              ///< of its rows
  bool row_by_row_ = false;           ///< rows have come one by one
  std::optional<Row> beside_header_;  ///< the first row, which came with the header
  std::vector<std::string> columns_;  ///< of the table that is being read
  char separator_ = ' ';
  std::size_t count_ = 0;  ///< the column of the epoch or step
  bool counts_epochs_ = false;
  SteadyTime last_;  ///< of the header or the last row
};

}  // namespace

extern const FormatType tables_format{"tables",
                                      "rows of epochs or steps under a header, with bars, commas or blanks",
                                      Breadth::library,
                                      Evidence::stated,
                                      {},  // rows have no words
                                      make_format<Tables>};

}  // namespace joulecast::progress
