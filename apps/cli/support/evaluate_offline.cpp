// joulecast evaluate offline TABLE: tests every offline method on measured configurations that it has not
// seen.
#include <fmt/format.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "report/evaluate/offline_evaluation_report.hpp"
#include "session/evaluate/offline.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::OfflineEvaluationRequest request;
  bool paper_split = false;
  std::string json;
};

int evaluate(Options& options) {
  if (options.paper_split) options.request.split = "random";
  const auto result = session::evaluate_offline(options.request);
  if (!result) return report_error(result.error());
  note(session::left_out_text(result->left_out));
  return report_result(
      options.json, [&] { return report::to_text(result->evaluation); },
      [&] { return report::to_json_text(result->evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_offline(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  app.add_option("TABLE", request.tables,
                 "Tables of measured configurations to train on: workloads, speeds or energies")
      .required();
  app.add_option("--test", request.test, "Tables to test on; else cross-validation on TABLE");
  const auto split =
      app.add_option("--split", request.split,
                     "What is held out: random, configuration, pair, architecture, family, gpu or "
                     "source")
          .show_default();
  app.add_flag("--paper-split", options->paper_split,
               "By row, as the paper does: repeats stand on both sides")
      .excludes(split);
  app.add_option("--shots", request.shots,
                 "With --split gpu: configurations of the new GPU that may be trained on");
  app.add_option("--graphs", request.graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside each table)");
  app.add_option("--gpu-file", request.gpu_files,
                 "JSON file of GPUs that are in no catalogue, as joulecast hardware takes it");
  app.add_option("--method", request.methods, "Only these methods");
  app.add_option("--regression", request.regression,
                 "Of pre-power and pre-energy: this one instead of the best of four");
  app.add_option("--seed", request.seed, "Of splits and searches").show_default();
  add_json_option(app, options->json);
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
