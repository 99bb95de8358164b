// joulecast evaluate offline TABLE: every offline method on measured configurations that it had not seen.
#include "estimate/evaluation/evaluate_offline.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "formats/workload_table.hpp"
#include "report/offline_evaluation_report.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string table, test, graphs, json;
  std::string split = "configuration";
  bool paper_split = false;
  int shots = 0;
  std::vector<std::string> methods, devices;
  std::string regression;
  std::uint64_t seed = 1;
};

std::string rows_text(std::size_t rows) {
  return fmt::format("{} row{}", rows, rows == 1 ? "" : "s");
}

/// Rows of a GPU that nothing is known of are left out.
Result<std::vector<estimate::Sample>> read_samples(const std::string& file,
                                                   const estimate::SampleContext& context,
                                                   estimate::LeftOut& left_out) {
  auto table = formats::read_workload_table(file);
  if (!table) return propagate(table.error());
  auto samples = estimate::samples_of(*table, context, &left_out);
  if (samples && samples->empty() && left_out.first) return propagate(*left_out.first);
  return samples;
}

Result<estimate::OfflineEvaluation> evaluation_of(const Options& options, estimate::LeftOut& left_out) {
  if (options.shots < 0 || options.shots > 1000)
    return fail(ErrorKind::invalid, "--shots", "must be 0 to 1000, not {}", options.shots);
  auto split = estimate::split_from(options.paper_split ? "random" : options.split);
  if (!split) return propagate(split.error());
  if (options.shots > 0 && *split != estimate::Split::gpu)
    return fail(ErrorKind::invalid, "--shots", "goes with --split gpu");
  std::vector<std::filesystem::path> tables{options.table};
  if (!options.test.empty()) tables.emplace_back(options.test);
  auto context = estimate::sample_context(tables, options.graphs);
  if (!context) return propagate(context.error());
  auto catalogue = *context->catalogue;
  for (const auto& file : options.devices) {
    auto own = hardware::read_gpu_file(file);
    if (!own) return propagate(own.error());
    for (auto& device : *own) catalogue.add(std::move(device));
  }
  context->catalogue = &catalogue;
  auto samples = read_samples(options.table, *context, left_out);
  if (!samples) return propagate(samples.error());
  estimate::OfflineEvaluationOptions how;
  how.methods = options.methods;
  how.fit.regression = options.regression;
  how.split.shots = options.shots;
  how.split.seed = how.fit.seed = options.seed;
  if (options.test.empty()) return estimate::evaluate_offline(*samples, *split, how);
  auto test = read_samples(options.test, *context, left_out);
  if (!test) return propagate(test.error());
  return estimate::evaluate_offline(*samples, *test, how);
}

int evaluate(const Options& options) {
  estimate::LeftOut left_out;
  auto evaluation = evaluation_of(options, left_out);
  if (!evaluation) {
    auto error = evaluation.error();
    if (left_out.first && error.where != left_out.first->where)
      error.message +=
          fmt::format("; {} left out, the first at {}", rows_text(left_out.rows), to_string(*left_out.first));
    return report_error(error);
  }
  if (left_out.first)
    fmt::print(stderr, "joulecast: {} left out, the first at {}\n", rows_text(left_out.rows),
               to_string(*left_out.first));
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*evaluation)); },
      [&] { return report::to_json(*evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_offline(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("TABLE", options->table, "Workload table to train on").required();
  app.add_option("--test", options->test, "Workload table to test on; else cross-validation on TABLE");
  const auto split =
      app.add_option("--split", options->split,
                     "What is held out: random, configuration, pair, architecture, gpu or source")
          .show_default();
  app.add_flag("--paper-split", options->paper_split,
               "By row, as the paper does: repeats stand on both sides")
      .excludes(split);
  app.add_option("--shots", options->shots,
                 "With --split gpu: configurations of the new GPU that may be trained on");
  app.add_option("--graphs", options->graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside each table)");
  app.add_option("--gpu-file", options->devices,
                 "JSON file of GPUs that are in no catalogue, as joulecast hardware takes it");
  app.add_option("--method", options->methods, "Only these methods");
  app.add_option("--regression", options->regression,
                 "Of pre-power and pre-energy: this one instead of the best of four");
  app.add_option("--seed", options->seed, "Of splits and searches").show_default();
  add_json_option(app, options->json);
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
