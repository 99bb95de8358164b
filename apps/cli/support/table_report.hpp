// What compare, tradeoff and recommend share: the source of their table, and the files of their report.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/files.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "report/pictures/svg.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "session/tables/load_run_table.hpp"

namespace joulecast::cli {

struct TableSource {
  std::string table;
  std::string store;

  [[nodiscard]] Result<session::RunTable> load() const { return session::load_run_table(table, store); }
};

/// TABLE, --store.
void add_table_source(Arguments app, TableSource& source);
/// --only, --distinct.
void add_row_options(Arguments app, std::vector<std::string>& only, bool& distinct);

struct ReportFiles {
  std::string json;
  std::string csv;
  std::string svg;
};

/// --json, --csv, --svg. `csv` and `svg` describe their contents in the help.
void add_report_files(Arguments app, ReportFiles& files, const std::string& csv, const std::string& svg);

/// Writes the requested files, then prints the text.
template <class Answer>
int give(const Answer& result, const ReportFiles& files) {
  if (!files.csv.empty())
    if (auto written = write_file(files.csv, report::to_csv(result)); !written)
      return report_error(written.error());
  if (!files.svg.empty())
    if (auto written = write_file(files.svg, report::to_svg(report::to_plot(result))); !written)
      return report_error(written.error());
  const auto text = [&] {
    const auto terminal = report::terminal_options();
    return report::to_text(result, terminal.width, terminal.unicode);
  };
  return report_result(files.json, text, [&] { return report::to_json_text(result); });
}

}  // namespace joulecast::cli
