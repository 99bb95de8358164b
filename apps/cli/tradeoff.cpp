// joulecast tradeoff: shows what correctness costs, and where it is cheapest.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/table_report.hpp"
#include "session/tables/training_cost.hpp"

namespace joulecast::cli {
namespace {

struct TradeoffOptions {
  TableSource source;
  session::TradeoffRequest request;
  std::string training;
  session::TrainingCostRequest training_cost;
  ReportFiles files;
};

/// Adds what the models of the rows cost to train, from a table of trainings.
Result<session::RunTable> with_training(const session::RunTable& uses, TradeoffOptions& options) {
  if (options.request.per_use.empty())
    return fail_field("training", "needs --per-use: what a use of the model costs");
  if (!options.request.cost.empty())
    return fail_field("cost", "is given beside --training, whose energy is the cost");
  const auto trainings = session::read_run_table(options.training);
  if (!trainings) return propagate(trainings.error());
  options.request.cost = session::training_cost_column;
  return session::with_training_cost(uses, *trainings, options.training_cost);
}

int tradeoff(TradeoffOptions& options) {
  auto table = options.source.load();
  if (table && !options.training.empty()) table = with_training(*table, options);
  if (!table) return report_error(table.error());
  const auto tradeoff = session::tradeoff_runs(*table, options.request);
  if (!tradeoff) return report_error(tradeoff.error());
  return give(*tradeoff, options.files);
}

std::function<int()> define_tradeoff(Arguments app) {
  auto options = std::make_shared<TradeoffOptions>();
  auto& request = options->request;
  add_table_source(app, options->source);
  app.add_option("--quality", request.quality,
                 "Column with the correctness: one figure a run, or several (by epoch) separated by blanks")
      .required();
  app.add_option("--cost", request.cost,
                 "Column with the energy, emissions, time or price (default: the energy)");
  app.add_option("--group", request.alternatives.group,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      .delimiter(',');
  add_row_options(app, request.alternatives.only, request.alternatives.distinct);
  app.add_option("--within", request.within, "How much quality may be lost for the cheapest choice")
      .show_default()
      .not_below_zero();
  app.add_flag("--lower-is-better", request.lower_quality_is_better,
               "The quality column is a loss or an error");
  app.add_option("--energy-by-epoch", request.energy_by_epoch,
                 "Column with the energy used up to each epoch, separated by blanks");
  app.add_option("--enough", request.curve_tolerance, "How close to a run's best quality is enough")
      .show_default()
      .not_below_zero();
  app.add_option("--per-use", request.per_use,
                 "Column with the energy of one inference: adds the full cycle");
  app.add_option("--training", options->training,
                 "Table of the trainings behind the rows: their energy becomes the cost, beside --per-use");
  app.add_option(
         "--match", options->training_cost.match,
         "Columns that tell which training a row belongs to (default: architecture, dataset, image_size "
         "as far as both tables have them)")
      .delimiter(',');
  app.add_option("--training-cost", options->training_cost.cost,
                 "Energy column of that table (default: its only one)");
  app.add_option("--uses", request.uses, "Inferences over the model's life").show_default().not_below_zero();
  app.add_option("--utilisation", request.utilisation,
                 "Column with the GPU's utilisation in percent (default: gpu_util_pct)");
  add_report_files(app, options->files, "Write one row an alternative as CSV",
                   "Draw runs, medians and the Pareto front");
  return [options] { return tradeoff(*options); };
}

}  // namespace

extern const Command tradeoff_command{
    "tradeoff", "Energy against correctness: Pareto front, cheapest good choice, full cycle", "Decide",
    define_tradeoff};

}  // namespace joulecast::cli
