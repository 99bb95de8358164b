// joulecast fit TABLE|--store: learns from measured configurations and writes a model file for `predict`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "report/forecast/fit_report.hpp"

namespace joulecast::cli {
namespace {

struct FitOptions {
  session::FitRequest request;
  std::string store, json;
};

int fit(const FitOptions& options) {
  if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  const auto result = session::fit_models(options.request);
  if (!result) return report_error(result.error());
  note(result->left_out_text);
  return report_result(
      options.json, [&] { return report::to_text(*result); }, [&] { return report::to_json_text(*result); });
}

std::function<int()> define_fit(Arguments app) {
  auto options = std::make_shared<FitOptions>();
  auto& request = options->request;
  auto& input = request.input;
  app.add_option("TABLE", input.tables, "Tables of measured configurations: workloads, speeds or energies");
  const auto store = add_learning_store_option(app, options->store);
  app.add_option("--output,-o", request.output, "Model file to write").show_default(request.output.string());
  app.add_option("--graphs", input.graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside TABLE)");
  app.add_option("--network", input.networks, "NAME=model.onnx: the network that rows call NAME");
  app.add_option("--gpu-file", input.devices,
                 "JSON description of a GPU or processor that the catalogue lacks (calibrate --device)");
  app.add_option("--source", input.notes, "NAME=origin and licence of a source, kept in the model file");
  app.add_option("--seed", request.seed, "Of splits and searches").show_default();
  app.add_option("--json", options->json, "Write the scores to this file ('-' = standard output)");
  app.footer(fmt::format(
      "A run's tags describe it (joulecast run --tag architecture=resnet50 --tag batch_size=64, or joulecast "
      "tag): {}.",
      fmt::join(trace::description_tags(), ", ")));
  return [options, store] {
    if (store.count() > 0) options->request.input.store = options->store;
    return fit(*options);
  };
}

}  // namespace

extern const Command fit_command{"fit", "Learn from measured configurations what trainings cost", "Predict",
                                 define_fit};

}  // namespace joulecast::cli
