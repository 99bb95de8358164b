// joulecast recommend: which architecture, GPU and batch size to take.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/terminal_plot.hpp"
#include "session/run_table.hpp"
#include "session/tradeoff.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string table;
  std::string store;
  session::RecommendRequest request;
  std::vector<std::string> gpus;
  std::string json;
};

int recommend(Options& options) {
  if (!options.gpus.empty())
    options.request.alternatives.only.push_back(fmt::format("gpu={}", fmt::join(options.gpus, ",")));
  const auto table = session::load_run_table(options.table, options.store);
  if (!table) return report_error(table.error());
  auto report = session::recommend_from(table->table, options.request);
  if (!report) return report_error(report.error());
  report->warnings.insert(report->warnings.begin(), table->warnings.begin(), table->warnings.end());
  if (!options.json.empty())
    if (auto status = write_json(report::to_json(*report), options.json); !status)
      return report_error(status.error());
  if (options.json != "-") fmt::print("{}", report::to_text(*report, report::terminal_options().width));
  return done;
}

std::function<int()> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  app.add_option("table", options->table,
                 "CSV table with a header, one row a run, or a folder of run bundles (default: the store)");
  add_store_option(app, options->store);
  app.add_option(
      "--require", request.requirements,
      "\"f1 >= best - 0.02\", \"under 8 h\", \"under 1 kWh\", \"gpu_util_pct > 50\"; may be repeated");
  app.add_option("--minimise,--minimize", request.minimise, "Column to make small (default: the energy)");
  app.add_option("--gpu", options->gpus, "Only these GPUs (a part of the name is enough)")->delimiter(',');
  app.add_option("--only", request.alternatives.only, "column=value[,value]: keep to these rows");
  app.add_option("--group", request.alternatives.keys,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      ->delimiter(',');
  app.add_option("--baseline", request.baseline,
                 "Alternative to measure the saving against (default: the best in the first >= requirement, "
                 "else the dearest)");
  app.add_option(
      "--predicted", request.predicted_table,
      "Candidates nobody has run: the .json of joulecast predict, or a CSV with the same label columns "
      "(COLUMN_low and COLUMN_high hold 90 % intervals)");
  app.add_flag("--distinct", request.alternatives.distinct,
               "Leave out rows that repeat another row in all but their identifier");
  app.add_option("--json", options->json, "Write the figures as JSON (- = standard output, nothing else)");
  return [options] { return recommend(*options); };
}

}  // namespace

extern const Command recommend_command{
    "recommend", "The best architecture, GPU and batch size under given requirements", "Decide", define};

}  // namespace joulecast::cli
