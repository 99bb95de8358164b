// joulecast project BUNDLE|RUN: replays the projections of a recorded or unfinished run.
#include <fmt/format.h>

#include <memory>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/run_choice.hpp"
#include "report/forecast/projection_report.hpp"
#include "report/pictures/svg.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "session/forecast/project_run.hpp"

namespace joulecast::cli {
namespace {

struct ProjectOptions {
  session::ProjectRequest request;
  std::string budget;
  std::string prior;
  double prior_sd = 0.2;
  std::optional<int> max_epochs;
  std::optional<int> patience;
  double min_delta = 0;
  bool lower_is_better = false;
  std::string json;
  std::string plot;
};

/// Reads the values that the option parser cannot read itself.
Status complete(ProjectOptions& options) {
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
  if (options.patience.has_value() != options.max_epochs.has_value())
    return fail(ErrorKind::invalid, "early stopping", "needs --max-epochs and --patience together");
  if (options.patience)
    history.early_stopping = estimate::EarlyStoppingRule{.max_epochs = *options.max_epochs,
                                                         .patience = *options.patience,
                                                         .min_delta = options.min_delta,
                                                         .higher_is_better = !options.lower_is_better};
  return {};
}

int project(ProjectOptions& options) {
  if (auto ok = complete(options); !ok) return report_error(ok.error());
  const auto projected = session::project(options.request);
  if (!projected) return report_error(projected.error());
  say_choice(options.request.run, projected->choice);
  const auto plot = report::to_plot(*projected);
  if (!options.plot.empty())
    if (auto written = write_file(options.plot, report::to_svg(plot)); !written)
      return report_error(written.error());
  const int answered = report_result(
      options.json, [&] { return report::to_text(*projected) + "\n"; },
      [&] { return report::to_json_text(*projected); });
  // Apart from the text, because its colours are control characters.
  if (options.json != "-") fmt::print("{}", report::to_terminal(plot, report::terminal_options()));
  return answered;
}

std::function<int()> define_project(Arguments app) {
  auto options = std::make_shared<ProjectOptions>();
  auto& request = options->request;
  auto& history = request.history;
  app.add_option("RUN", request.run,
                 "A folder with a run bundle, or a run of the store (id, its beginning, or name)")
      .required();
  app.add_option("--at", request.at,
                 "When: after this share of the work (20%) or this epoch (12); default the last");
  app.add_option("--total-work", history.total_work, "How many epochs (or other units) the whole run has");
  app.add_option("--cost-at", history.ask_work, "What will it have cost when this many epochs are done?");
  app.add_option("--budget", options->budget, "Which epoch uses up this energy (2kWh)?");
  app.add_option("--prior", options->prior, "What the total was expected to be before the start (2kWh)");
  app.add_option("--prior-sd", options->prior_sd, "Its standard deviation on the log scale").show_default();
  app.add_option("--max-epochs", options->max_epochs, "Early stopping: the maximum, with --patience");
  app.add_option("--patience", options->patience, "Early stopping: epochs without improvement");
  app.add_option("--metric", history.watched_metric, "Early stopping: the metric that it watches");
  app.add_option("--min-delta", options->min_delta, "Early stopping: an improvement is more than this");
  app.add_flag("--lower-is-better", options->lower_is_better, "Early stopping: the metric is a loss");
  app.add_option("--plot", options->plot, "Draw projection and interval into this SVG file")
      .type_name("FILE");
  add_json_option(app, options->json);
  add_store_option(app, request.store);
  add_place_options(app, request.place);
  return [options] { return project(*options); };
}

}  // namespace

extern const Command project_command{"project", "Replay the projections of a run's total cost", "Estimate",
                                     define_project};

}  // namespace joulecast::cli
