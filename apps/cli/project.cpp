// joulecast project BUNDLE|RUN: what a recorded or half-finished run was expected to cost, as it went on.
#include "session/project.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/roots.hpp"
#include "base/text.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/svg.hpp"
#include "report/terminal_plot.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::ProjectRequest request;
  std::string budget;
  std::string prior;
  double prior_sd = 0.2;
  int max_epochs = 0;
  int patience = 0;
  double min_delta = 0;
  bool lower_is_better = false;
  std::string json;
  std::string plot;
};

/// What CLI11 cannot read by itself.
Status complete(Options& options, const CLI::App& app) {
  auto& history = options.request.history;
  if (!options.budget.empty()) {
    history.ask_budget = parse_energy(options.budget);
    if (!history.ask_budget || history.ask_budget->value() <= 0)
      return fail(ErrorKind::invalid, "--budget", "'{}' is not an energy with its unit, like 2kWh",
                  options.budget);
  }
  if (!options.prior.empty()) {
    const auto total = parse_energy(options.prior);
    if (!total)
      return fail(ErrorKind::invalid, "--prior", "'{}' is not an energy with its unit, like 2kWh",
                  options.prior);
    history.prior = estimate::Prior{*total, options.prior_sd};
  }
  const bool stopping = app.count("--patience") > 0;
  if (stopping != (app.count("--max-epochs") > 0))
    return fail(ErrorKind::invalid, "early stopping", "needs --max-epochs and --patience together");
  if (stopping)
    history.early_stopping = estimate::EarlyStoppingRule{.max_epochs = options.max_epochs,
                                                         .patience = options.patience,
                                                         .min_delta = options.min_delta,
                                                         .higher_is_better = !options.lower_is_better};
  return {};
}

int project(Options& options, const CLI::App& app) {
  if (auto ok = complete(options, app); !ok) return report_error(ok.error());
  const auto report = session::project(options.request);
  if (!report) return report_error(report.error());
  const auto plot = report::to_plot(*report);
  if (!options.plot.empty())
    if (auto written = write_file(options.plot, report::to_svg(plot)); !written)
      return report_error(written.error());
  const auto print = [&] {
    fmt::print("{}\n{}", report::to_text(*report), report::to_terminal(plot, report::terminal_options()));
  };
  return answer(options.json, print, [&] { return report::to_json(*report); });
}

std::function<int()> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  auto& history = request.history;
  app.add_option("RUN", request.run,
                 "A folder with a run bundle, or a run of the store (id, its beginning, or name)")
      ->required();
  app.add_option("--at", request.at,
                 "When: after this share of the work (20%) or this epoch (12); default the last");
  app.add_option("--total-work", history.total_work, "How many epochs (or other units) the whole run has");
  app.add_option("--cost-at", history.ask_work, "What will it have cost when this many epochs are done?");
  app.add_option("--budget", options->budget, "Which epoch uses up this energy (2kWh)?");
  app.add_option("--prior", options->prior, "What the total was expected to be before the start (2kWh)");
  app.add_option("--prior-sd", options->prior_sd, "Its standard deviation on the log scale")
      ->capture_default_str();
  app.add_option("--max-epochs", options->max_epochs, "Early stopping: the maximum, with --patience");
  app.add_option("--patience", options->patience, "Early stopping: epochs without improvement");
  app.add_option("--metric", history.watched_metric, "Early stopping: the metric that it watches");
  app.add_option("--min-delta", options->min_delta, "Early stopping: an improvement is more than this");
  app.add_flag("--lower-is-better", options->lower_is_better, "Early stopping: the metric is a loss");
  app.add_option("--plot", options->plot, "Draw projection and interval into this SVG file")
      ->type_name("FILE");
  add_json_option(app, options->json);
  add_store_option(app, request.store);
  add_place_options(app, request.place);
  return [options, &app] { return project(*options, app); };
}

}  // namespace

extern const Command project_command{"project", "What a run was expected to cost, as it went on", "Estimate",
                                     define};

}  // namespace joulecast::cli
