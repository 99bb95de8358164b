// joulecast layerwise MODEL --cpu NAME: what each layer of a training step costs on a CPU.
#include "estimate/offline/layerwise/layerwise.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/roots.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "estimate/offline/layerwise/layerwise_evaluation.hpp"
#include "network/load.hpp"
#include "report/layerwise_report.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string model, cpu, table, output, fitted, source, networks, json;
  std::vector<std::string> inputs;
  int batch = 32;
  bool evaluate = false;
};

int evaluate(const Options& options) {
  const auto layers = estimate::read_layer_table(options.table);
  if (!layers) return report_error(layers.error());
  Result<std::vector<estimate::MeasuredNetwork>> networks;
  if (!options.networks.empty()) networks = estimate::read_network_table(options.networks);
  if (!networks) return report_error(networks.error());
  const auto evaluation = estimate::evaluate_layerwise(*layers, *networks);
  if (!evaluation) return report_error(evaluation.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*evaluation)); },
      [&] { return report::to_json(*evaluation); });
}

Result<estimate::LayerwiseModel> fitted_model(const Options& options) {
  if (options.table.empty())
    return estimate::LayerwiseModel::read(options.fitted.empty()
                                              ? share_directory() / "models" / "layerwise.json"
                                              : std::filesystem::path(options.fitted));
  const auto layers = estimate::read_layer_table(options.table);
  if (!layers) return propagate(layers.error());
  return estimate::LayerwiseModel::fit(*layers);
}

int predict(const Options& options) {
  if (options.model.empty() && options.output.empty())
    return report_error({ErrorKind::invalid, "give a MODEL", "layerwise"});
  const auto model = fitted_model(options);
  if (!model) return report_error(model.error());
  if (!options.output.empty()) {
    if (const auto written = model->write(options.output, options.source); !written)
      return report_error(written.error());
    if (options.json != "-") fmt::print("Written to {}\n", options.output);
  }
  if (options.model.empty()) return done;
  const auto cpu = model->on(options.cpu);
  if (!cpu) return report_error(cpu.error());
  const auto load = network::parse_load_options(options.inputs, {}, std::nullopt);
  if (!load) return report_error(with_option(load.error(), {{"inputs", "--input"}}));
  const auto network = network::load_network(options.model, *load);
  if (!network) return report_error(network.error());
  const auto estimate = (*cpu)->predict(*network, options.batch);
  if (!estimate) return report_error(estimate.error());
  const report::LayerwiseTitle title{network->name, options.cpu, options.batch};
  return answer(
      options.json, [&] { fmt::print("{}", report::layerwise_text(*estimate, title)); },
      [&] { return report::layerwise_json(*estimate, title); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "ONNX file, description file (.txt), or a name such as resnet18");
  app.add_option("--cpu", options->cpu, "CPU of the layer table");
  app.add_option("--batch", options->batch, "Samples in a step").show_default().whole_between(1, 1 << 30);
  app.add_option("--input", options->inputs, "Shape of one sample, 3x224x224");
  const auto table = app.add_option("--table", options->table, "Learn from this table of measured layers");
  app.add_option("--output,-o", options->output, "With --table: write what was learned").needs(table);
  app.add_option("--source", options->source,
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
                                       "Predict", define};

}  // namespace joulecast::cli
