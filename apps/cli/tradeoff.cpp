// joulecast tradeoff: what does correctness cost, and where is it cheapest?
#include "session/tradeoff.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/roots.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/svg.hpp"
#include "report/terminal_plot.hpp"
#include "session/run_table.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string table;
  std::string store;
  session::TradeoffRequest request;
  std::string json;
  std::string csv;
  std::string svg;
};

Status write_files(const Options& options, const report::TradeoffReport& report) {
  if (!options.csv.empty())
    if (auto status = write_file(options.csv, report::to_csv(report)); !status) return status;
  if (!options.svg.empty())
    if (auto status = write_file(options.svg, report::to_svg(report::to_plot(report))); !status)
      return status;
  if (!options.json.empty()) return write_json(report::to_json(report), options.json);
  return {};
}

int tradeoff(const Options& options) {
  const auto table = session::load_run_table(options.table, options.store);
  if (!table) return report_error(table.error());
  auto report = session::tradeoff_table(table->table, options.request);
  if (!report) return report_error(report.error());
  report->warnings.insert(report->warnings.begin(), table->warnings.begin(), table->warnings.end());
  if (auto status = write_files(options, *report); !status) return report_error(status.error());
  if (options.json != "-") {
    const auto terminal = report::terminal_options();
    fmt::print("{}", report::to_text(*report, terminal.width, terminal.unicode));
  }
  return done;
}

std::function<int()> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  app.add_option("table", options->table,
                 "CSV table with a header, one row a run, or a folder of run bundles (default: the store)");
  add_store_option(app, options->store);
  app.add_option("--quality", request.quality,
                 "Column with the correctness: one figure a run, or several (by epoch) separated by blanks")
      ->required();
  app.add_option("--cost", request.cost,
                 "Column with the energy, emissions, time or price (default: the energy)");
  app.add_option("--group", request.alternatives.keys,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      ->delimiter(',');
  app.add_option("--only", request.alternatives.only, "column=value[,value]: keep to these rows");
  app.add_option("--within", request.within, "How much quality may be lost for the cheapest choice")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--lower-is-better", request.lower_quality_is_better,
               "The quality column is a loss or an error");
  app.add_option("--energy-by-epoch", request.energy_by_epoch,
                 "Column with the energy used up to each epoch, separated by blanks");
  app.add_option("--enough", request.curve_tolerance, "How close to a run's best quality is enough")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--per-use", request.per_use,
                 "Column with the energy of one inference: adds the full cycle");
  app.add_option("--uses", request.uses, "Inferences over the model's life")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--utilisation", request.utilisation,
                 "Column with the GPU's utilisation in percent (default: gpu_util_pct)");
  app.add_flag("--distinct", request.alternatives.distinct,
               "Leave out rows that repeat another row in all but their identifier");
  app.add_option("--json", options->json, "Write the figures as JSON (- = standard output, nothing else)");
  app.add_option("--csv", options->csv, "Write one row an alternative as CSV");
  app.add_option("--svg", options->svg, "Draw runs, medians and the Pareto front");
  return [options] { return tradeoff(*options); };
}

}  // namespace

extern const Command tradeoff_command{
    "tradeoff", "Energy against correctness: Pareto front, cheapest good choice, full cycle", "Decide",
    define};

}  // namespace joulecast::cli
