// joulecast layerwise MODEL --cpu NAME: predicts the energy of each layer of a training step on a CPU.
#include <fmt/format.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "report/forecast/layerwise_report.hpp"

namespace joulecast::cli {
namespace {

struct LayerwiseOptions {
  session::LayerwiseRequest request;
  session::LayerFitRequest fit;
  std::string fitted, networks, json;
  bool evaluate = false;
};

int evaluate(const LayerwiseOptions& options) {
  const auto evaluation = session::evaluate_layers({options.fit.table, options.networks});
  if (!evaluation) return report_error(evaluation.error());
  return report_result(
      options.json, [&] { return report::to_text(*evaluation); },
      [&] { return report::to_json_text(*evaluation); });
}

int predict(const LayerwiseOptions& options) {
  if (options.request.network.empty() && options.fit.output.empty())
    return report_error({ErrorKind::invalid, "give a MODEL", "layerwise"});
  const auto model = options.fit.table.empty() ? session::read_layer_model(options.fitted)
                                               : session::fit_layers(options.fit);
  if (!model) return report_error(model.error());
  if (!options.fit.output.empty() && options.json != "-")
    print_text(fmt::format("Written to {}\n", options.fit.output.string()));
  if (options.request.network.empty()) return done;
  const auto prediction = session::predict_layers(options.request, *model);
  if (!prediction) return report_error(prediction.error());
  return report_result(
      options.json, [&] { return report::to_text(*prediction); },
      [&] { return report::to_json_text(*prediction); });
}

std::function<int()> define_layerwise(Arguments app) {
  auto options = std::make_shared<LayerwiseOptions>();
  auto& request = options->request;
  app.add_option("MODEL", request.network, "ONNX file, description file (.txt), or a name such as resnet18");
  app.add_option("--cpu", request.cpu, "CPU of the layer table");
  app.add_option("--batch", request.batch, "Samples in a step").show_default().whole_between(1, 1 << 30);
  app.add_option("--input", request.inputs, "Shape of one sample, 3x224x224");
  const auto table =
      app.add_option("--table", options->fit.table, "Learn from this table of measured layers");
  app.add_option("--output,-o", options->fit.output, "With --table: write what was learned").needs(table);
  app.add_option("--source", options->fit.source,
                 "With --output: origin and licence of the table, kept in the file");
  const auto fitted = app.add_option("--fitted", options->fitted,
                                     "Use this model file (default: the one that comes with joulecast)")
                          .excludes(table);
  const auto check =
      app.add_flag("--evaluate", options->evaluate,
                   "With --table: how right the estimates are on layers and a CPU that were held out")
          .needs(table)
          .excludes(fitted);
  app.add_option("--networks", options->networks, "With --evaluate: and on this table of measured networks")
      .needs(check);
  app.add_option("--json", options->json, "Write the figures to this file ('-' = standard output)");
  return [options] { return options->evaluate ? evaluate(*options) : predict(*options); };
}

}  // namespace

extern const Command layerwise_command{"layerwise", "What each layer of a training step costs on a CPU",
                                       "Predict", define_layerwise};

}  // namespace joulecast::cli
