// joulecast compare: is the difference between groups real, and how large is it?
#include "session/compare.hpp"

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
  session::CompareRequest request;
  std::string approach = "auto";
  std::string adjustment = "holm";
  std::vector<double> detect{1, 5, 10};
  std::string json;
  std::string csv;
  std::string svg;
};

Status write_files(const Options& options, const report::ComparisonReport& report) {
  if (!options.csv.empty())
    if (auto status = write_file(options.csv, report::to_csv(report)); !status) return status;
  if (!options.svg.empty())
    if (auto status = write_file(options.svg, report::to_svg(report::to_plot(report))); !status)
      return status;
  if (!options.json.empty()) return write_json(report::to_json(report), options.json);
  return {};
}

int compare(Options& options) {
  static const std::map<std::string, stats::Approach> approaches{{"auto", stats::Approach::automatic},
                                                                 {"ranks", stats::Approach::ranks},
                                                                 {"means", stats::Approach::means}};
  static const std::map<std::string, stats::Adjustment> adjustments{
      {"holm", stats::Adjustment::holm},
      {"bonferroni", stats::Adjustment::bonferroni},
      {"bh", stats::Adjustment::benjamini_hochberg}};
  options.request.options.approach = approaches.at(options.approach);
  options.request.options.adjustment = adjustments.at(options.adjustment);
  options.request.options.wanted_differences.clear();
  for (const double percent : options.detect)
    options.request.options.wanted_differences.push_back(percent / 100);

  const auto table = session::load_run_table(options.table, options.store);
  if (!table) return report_error(table.error());
  auto report = session::compare_table(table->table, options.request);
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
  app.add_option("table", options->table,
                 "CSV table with a header, one row a run, or a folder of run bundles (default: the store)");
  add_store_option(app, options->store);
  app.add_option("--group", options->request.group, "Column that names the groups")->required();
  app.add_option("--value", options->request.value,
                 "Column with the numbers to compare (default: the energy)");
  app.add_option("--by", options->request.by,
                 "Second factor: also test it, and whether it changes the first one's effect");
  app.add_option("--only", options->request.only,
                 "column=value[,value]: keep to these rows, e.g. experiment=before,after");
  app.add_flag("--distinct", options->request.distinct,
               "Leave out rows that repeat another row in all but their identifier");
  app.add_option("--alpha", options->request.options.alpha, "Level of significance")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 0.5));
  app.add_option("--test", options->approach, "Which family of tests")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "ranks", "means"}));
  app.add_option("--adjust", options->adjustment, "Correction over pairs (rank tests)")
      ->capture_default_str()
      ->check(CLI::IsMember({"holm", "bonferroni", "bh"}));
  app.add_option("--detect", options->detect, "Differences, in percent, to plan repetitions for")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--json", options->json, "Write the figures as JSON (- = standard output, nothing else)");
  app.add_option("--csv", options->csv, "Write groups, tests and pairs as CSV");
  app.add_option("--svg", options->svg, "Draw the groups as boxes with every run as a dot");
  return [options] { return compare(*options); };
}

}  // namespace

extern const Command compare_command{
    "compare", "Compare groups of runs: effect sizes, tests, repetitions needed", "Decide", define};

}  // namespace joulecast::cli
