// joulecast compare: tests whether groups differ, and by how much.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/table_report.hpp"

namespace joulecast::cli {
namespace {

struct CompareOptions {
  TableSource source;
  session::CompareRequest request;
  std::string approach = "auto";
  std::string adjustment = "holm";
  std::vector<double> detect{1, 5, 10};
  ReportFiles files;
};

int compare(CompareOptions& options) {
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

  const auto table = options.source.load();
  if (!table) return report_error(table.error());
  const auto comparison = session::compare_runs(*table, options.request);
  if (!comparison) return report_error(comparison.error());
  return give(*comparison, options.files);
}

std::function<int()> define_compare(Arguments app) {
  auto options = std::make_shared<CompareOptions>();
  add_table_source(app, options->source);
  app.add_option("--group", options->request.group, "Column that names the groups").required();
  app.add_option("--value", options->request.value,
                 "Column with the numbers to compare (default: the energy)");
  app.add_option("--by", options->request.by,
                 "Second factor: also test it, and whether it changes the first one's effect");
  add_row_options(app, options->request.only, options->request.distinct);
  app.add_option("--alpha", options->request.options.alpha, "Level of significance")
      .show_default()
      .between(1e-6, 0.5);
  app.add_option("--test", options->approach, "Which family of tests")
      .show_default()
      .one_of({"auto", "ranks", "means"});
  app.add_option("--adjust", options->adjustment, "Correction over pairs (rank tests)")
      .show_default()
      .one_of({"holm", "bonferroni", "bh"});
  app.add_option("--detect", options->detect, "Differences, in percent, to plan repetitions for")
      .show_default()
      .above_zero();
  add_report_files(app, options->files, "Write groups, tests and pairs as CSV",
                   "Draw the groups as boxes with every run as a dot");
  return [options] { return compare(*options); };
}

}  // namespace

extern const Command compare_command{
    "compare", "Compare groups of runs: effect sizes, tests, repetitions needed", "Decide", define_compare};

}  // namespace joulecast::cli
