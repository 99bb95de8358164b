// joulecast evaluate offline TABLE: every offline method on measured configurations that it had not seen.
#include "estimate/evaluate_offline.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "formats/workload_table.hpp"
#include "report/offline_evaluation.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string table, test, graphs, json;
  std::string split = "configuration";
  bool paper_split = false;
  int shots = 0;
  std::vector<std::string> methods;
  std::uint64_t seed = 1;
};

Result<std::vector<estimate::Sample>> read_samples(const std::string& file, const std::string& graphs) {
  auto table = formats::read_workload_table(file);
  if (!table) return propagate(table.error());
  auto context = estimate::sample_context(file, graphs);
  if (!context) return propagate(context.error());
  return estimate::samples_of(*table, *context);
}

Result<estimate::OfflineEvaluation> evaluation_of(const Options& options) {
  if (options.shots < 0 || options.shots > 1000)
    return fail(ErrorKind::invalid, "--shots", "must be 0 to 1000, not {}", options.shots);
  auto split = estimate::split_from(options.paper_split ? "random" : options.split);
  if (!split) return propagate(split.error());
  if (options.shots > 0 && *split != estimate::Split::gpu)
    return fail(ErrorKind::invalid, "--shots", "goes with --split gpu");
  auto samples = read_samples(options.table, options.graphs);
  if (!samples) return propagate(samples.error());
  estimate::OfflineEvaluationOptions how;
  how.methods = options.methods;
  how.split.shots = options.shots;
  how.split.seed = how.fit.seed = options.seed;
  if (options.test.empty()) return estimate::evaluate_offline(*samples, *split, how);
  auto test = read_samples(options.test, options.graphs);
  if (!test) return propagate(test.error());
  return estimate::evaluate_offline(*samples, *test, how);
}

int evaluate(const Options& options) {
  auto evaluation = evaluation_of(options);
  if (!evaluation) return report_error(evaluation.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*evaluation)); },
      [&] { return report::to_json(*evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_offline(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("TABLE", options->table, "Workload table to train on")->required();
  app.add_option("--test", options->test, "Workload table to test on; else cross-validation on TABLE");
  auto* split = app.add_option("--split", options->split,
                               "What is held out: random, configuration, architecture, gpu or source")
                    ->capture_default_str();
  app.add_flag("--paper-split", options->paper_split,
               "By row, as the paper does: repeats stand on both sides")
      ->excludes(split);
  app.add_option("--shots", options->shots,
                 "With --split gpu: configurations of the new GPU that may be trained on");
  app.add_option("--graphs", options->graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside TABLE)");
  app.add_option("--method", options->methods, "Only these methods");
  app.add_option("--seed", options->seed, "Of splits and searches")->capture_default_str();
  add_json_option(app, options->json);
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
