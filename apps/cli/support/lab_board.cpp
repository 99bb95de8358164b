// joulecast lab board [PLAN|TABLE…]: what it takes to reach a quality, on many tasks.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/results/board_source.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "report/tables/board_report.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::BoardRequest request;
  std::vector<std::string> tables;
  std::string store;
  std::string format = "text";
  std::string output;
  std::string json;
};

std::string rendered(const session::Board& board, const std::string& format) {
  if (format == "csv") return report::to_csv(board);
  const auto document = report::to_document(board);
  if (format == "markdown") return report::to_markdown(document);
  if (format == "latex") return report::to_latex(document);
  if (format == "html") return report::to_html(document);
  return report::to_text(document, report::terminal_options().width);
}

/// Plans, tables and folders, each a source of its own; the store where none is named.
Result<std::vector<session::BoardSource>> sources_of(const Options& options) {
  if (options.tables.empty()) return session::board_sources_of_runs(options.store, {});
  std::vector<session::BoardSource> sources;
  for (const auto& name : options.tables) {
    if (std::filesystem::path(name).extension() == ".toml") {
      const auto plan = lab::read_plan(name);
      if (!plan) return propagate(plan.error());
      auto source = lab::board_source(*plan, options.store);
      if (!source) return propagate(source.error());
      sources.push_back(std::move(*source));
      continue;
    }
    auto tables = session::board_sources({name});
    if (!tables) return tables;
    std::ranges::move(*tables, std::back_inserter(sources));
  }
  return sources;
}

int show_board(const Options& options) {
  if (!options.output.empty())
    if (auto ok = can_write_file(options.output); !ok) return report_error(ok.error());
  const auto sources = sources_of(options);
  if (!sources) return report_error(sources.error());
  const auto board = session::make_board(*sources, options.request);
  if (!board) return report_error(board.error());
  if (!options.output.empty()) {
    if (auto written = write_file(options.output, rendered(*board, options.format)); !written)
      return report_error(written.error());
    note("written to " + printable(options.output));
  }
  const auto text = [&] { return options.output.empty() ? rendered(*board, options.format) : std::string(); };
  return report_result(options.json, text, [&] { return report::to_json_text(*board); });
}

}  // namespace

std::function<int()> define_lab_board(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  app.add_option(
      "TABLE", options->tables,
      "Plans of campaigns (.toml), CSV tables with one row a run, or folders of run bundles: each a "
      "task of its own unless a column names the task (default: the store)");
  app.add_option("--quality", request.quality,
                 "METRIC=TARGET, or TASK:METRIC=TARGET for one task; without =TARGET, within 2 % of the best "
                 "(default: the metric that most runs tell)")
      .one_value_each();
  app.add_flag("--lower-is-better", request.lower_is_better, "The metrics are losses or errors");
  app.add_option("--task", request.task, "Column that names the task (default: task, dataset, or the table)");
  app.add_option("--group", request.alternatives.group,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      .delimiter(',');
  app.add_option("--only", request.alternatives.only, "column=value[,value]: keep to these rows")
      .one_value_each();
  app.add_flag("--distinct", request.alternatives.distinct,
               "Leave out rows that repeat another row in all but their identifier");
  app.add_option("--energy", request.energy, "Column with the energy of a run (default: energy_j, ...)");
  app.add_option("--energy-by-epoch", request.energy_by_epoch,
                 "Column with the energy used up to each epoch, separated by blanks");
  app.add_option("--price", request.price, "Of a kilowatt-hour, with its currency if you like: \"0.25 EUR\"");
  app.add_option("--hour-price", request.hour_price, "Of an hour of the machine: \"2.50 EUR\"");
  app.add_option("--pue", request.pue, "Of the building, on the price of energy")
      .show_default()
      .between(1, 10);
  app.add_option("--exponent", request.exponent, "Of the quality in the indices").show_default().above_zero();
  app.add_option("--format", options->format, "html is one self-contained page")
      .show_default()
      .one_of({"text", "markdown", "html", "latex", "csv"});
  app.add_option("--output,-o", options->output, "Where to write it (default: standard output)")
      .type_name("FILE");
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  return [options] { return show_board(*options); };
}

}  // namespace joulecast::cli
